import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { wireStaticFiles } from '../wiring-http.ts';
import { type BareCommand, UsageError } from './command.ts';

export const staticWriteCommand: BareCommand = {
  usage: 'static:write FOLDER',
  summary:
    'writes what nginx sends by itself into a folder: styles and scripts with their compressed forms, and its error pages; leaves files of other versions',
  options: {},
  runBare: async ({ config }, given) => {
    const [folder] = given.words;
    if (folder === undefined || given.words.length > 1) throw new UsageError('name one folder');
    const files = await wireStaticFiles(config);
    for (const { path, bytes } of files) await replace(join(resolve(folder), path), bytes);
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
    return { text: `${files.length} files, ${Math.ceil(bytes / 1024)} KiB`, json: { files: files.length, bytes } };
  },
};

/** Whoever reads the file meanwhile gets it as it was or as it is now. */
const replace = async (path: string, bytes: Buffer): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
};
