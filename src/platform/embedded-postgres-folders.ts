import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresUnavailable, quoted } from './embedded-postgres-unavailable.ts';

/** Whom the server runs as; empty: the user of this process. */
export type ServerUser = { uid?: number; gid?: number };

export type Folders = { root: string; data: string; socket: string; log: string; lock: string; user: ServerUser };

const NOBODY = 65_534; // PostgreSQL refuses to run as root
const SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107; // sun_path in <sys/un.h>, less its NUL
const isRoot = (): boolean => process.getuid?.() === 0;

/** Makes DATA_DIR and the server's private socket folder ready; throws Node's errno errors and sentences. */
export const prepareFolders = (dir: string): Folders => {
  mkdirSync(dir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  const root = realpathSync(dir);
  accessSync(root, constants.W_OK | constants.X_OK);
  const data = realIfThere(join(root, 'postgres')); // it may be a link to another disk
  const user = serverUser(data);
  // DATA_DIR itself is ours: the server's user may pass through it, but neither list nor read it.
  const { mode, uid } = statSync(root);
  if (user.uid !== undefined && uid !== user.uid && (mode & 0o001) === 0) chmodSync(root, (mode & 0o777) | 0o001);
  const socket = privateFolder(socketPath(root), user);
  return { root, data, socket, log: join(root, 'postgres.log'), lock: join(root, 'postgres.lock'), user };
};

const realIfThere = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/** Root hands the server to the owner of the data that is there, or to nobody; anyone else runs it as themself. */
const serverUser = (data: string): ServerUser => {
  const owner = existsSync(data) ? statSync(data) : undefined;
  if (isRoot()) return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : { uid: NOBODY, gid: NOBODY };
  if (owner && owner.uid !== process.getuid?.()) throw foreign(data, owner.uid);
  return {};
};

const foreign = (path: string, uid: number) =>
  new EmbeddedPostgresUnavailable(
    `${quoted(path)} belongs to user ${uid}: start the service as that user or as root, or remove or chown the folder.`,
  );

const socketPath = (root: string): string => {
  const name = `onboarding-pg-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`;
  const fitting = [join(root, 'socket'), join(tmpdir(), name), join('/tmp', name)].find(
    (folder) => Buffer.byteLength(join(folder, '.s.PGSQL.5432')) <= SOCKET_PATH_BYTES,
  );
  return fitting ?? join('/tmp', name);
};

/** A 0700 folder of the server's user. Under /tmp anyone may have made it before us, so its owner is looked at last. */
const privateFolder = (path: string, user: ServerUser): string => {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(path);
  if (!found.isDirectory()) throw foreign(path, found.uid); // a link would lead us to a folder of somebody's choice
  giveTo(user, path);
  const { uid, mode } = lstatSync(path);
  if (uid !== (user.uid ?? process.getuid?.())) throw foreign(path, uid);
  if ((mode & 0o777) !== 0o700) chmodSync(path, 0o700);
  return path;
};

/** Hands what root owns under `path` to the server's user, links themselves instead of what they point to. */
export const giveTo = ({ uid, gid }: ServerUser, path: string): void => {
  if (uid === undefined || gid === undefined) return;
  const entry = lstatSync(path);
  if (entry.uid === 0) lchownSync(path, uid, gid);
  if (entry.isDirectory()) for (const name of readdirSync(path)) giveTo({ uid, gid }, join(path, name));
};

/** The folders on the way to `path`, itself included, that `user` may not enter by their permission bits. */
export const closedFolders = (path: string, { uid, gid }: ServerUser): string[] => {
  const above = dirname(path) === path ? [] : closedFolders(dirname(path), { uid, gid } as ServerUser);
  const { mode, uid: owner, gid: group } = statSync(path);
  const ownBits = (uid ?? process.getuid?.()) === owner ? 0o100 : 0o001;
  const bit = ownBits !== 0o100 && (gid ?? process.getgid?.()) === group ? 0o010 : ownBits;
  return (mode & bit) === 0 ? [...above, path] : above;
};
