import { Readable } from 'node:stream';
import type { Db } from './db.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './read-object.ts';

/** Bears the id of the installation that the objects belong to. */
const ID = 'installation-id';

type Deps = {
  db: Db;
  store: ObjectStore;
  /** Whether a store without an id belongs to this installation, or to nobody; what has to be done before the id is put is done then. */
  mayTake: () => Promise<boolean>;
  /** What is thrown when it belongs to another one. */
  refusal: () => Error;
  /** Whether it is not even listed before that is sure. */
  hidesList: boolean;
};

/**
 * A store in which nothing is put or removed before it is sure that it belongs to this installation: both hold its id. Single objects may
 * be read all the same. `claim` makes sure; what failed is tried again by the next one.
 */
export const makeClaimedStore = (deps: Deps): { store: ObjectStore; claim: () => Promise<void> } => {
  const { store, hidesList } = deps;
  let claimed: Promise<void> | undefined;
  const claim = (): Promise<void> => {
    const claiming = (claimed ??= takeOrRefuse(deps));
    claiming.catch(() => (claimed = undefined));
    return claiming;
  };
  const after =
    <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await claim();
      return act(...args);
    };
  return {
    claim,
    store: {
      ...store,
      put: after(store.put),
      putStream: async (key, body, expected) => {
        await claim().catch((error: unknown) => {
          body.destroy();
          throw error;
        });
        return store.putStream(key, body, expected);
      },
      remove: after(store.remove),
      async *list(prefix) {
        if (hidesList) await claim();
        yield* store.list(prefix);
      },
    },
  };
};

const takeOrRefuse = async ({ db, store, mayTake, refusal }: Deps): Promise<void> => {
  const row = await db('installation').first<{ id: string } | undefined>('id');
  if (!row) throw new Error('the table installation has no row');
  const kept = (await readObject(store, ID, { maxBytes: 100 }))?.toString().trim();
  if (kept === row.id) return;
  if (kept !== undefined || !(await mayTake())) throw refusal();
  await store.putStream(ID, Readable.from([Buffer.from(`${row.id}\n`)]));
};
