// The face checker where the packages that find faces are not installed.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (name, context, next) => {
    if (!name.startsWith('@vladmandic/') && !name.startsWith('@tensorflow/')) return next(name, context);
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  },
});
await import('../../src/photos/face-process.ts');
