// The face checker where the files of the models cannot be read.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const gone = () => Promise.reject(Object.assign(new Error('ENOENT: no such model'), { code: 'ENOENT' }));
fs.promises.readFile = gone;
fs.readFile = ((_path: unknown, ...rest: unknown[]) => {
  const done = rest.at(-1) as (error: Error) => void;
  void gone().catch(done);
}) as unknown as typeof fs.readFile;
syncBuiltinESMExports();
await import('../../src/photos/face-process.ts');
