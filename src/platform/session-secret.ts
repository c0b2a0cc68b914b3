import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The secret that signs cookies where none was given: made once and kept in DATA_DIR, readable by its owner only. */
export const keptSessionSecret = async (dataDir: string): Promise<string> => {
  const path = join(dataDir, 'session-secret');
  await mkdir(dataDir, { recursive: true });
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(randomBytes(32).toString('base64url'));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  for (let tries = 0; tries < 50; tries += 1) {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret.length >= 43) return secret;
    await new Promise((resolve) => setTimeout(resolve, 20)); // another process is writing it
  }
  throw new Error('the file session-secret in DATA_DIR is damaged: delete it (everybody has to sign in again)');
};
