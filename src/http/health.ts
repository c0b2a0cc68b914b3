import { Router } from 'express';
import { paths } from './paths.ts';

/** A part of the service and how to see whether it works: resolves when it does. */
type Component = { name: string; check: () => PromiseLike<unknown> };

/** Whether this process is about to stop; the balancer then sends new requests elsewhere. */
export type Drain = { draining: boolean };

type State = 'ok' | 'failing' | 'draining';

const DEADLINE_MS = 2000;
const KEEP_MS = 1000;

/** `/healthz`: the process lives, touches nothing. `/readyz`: 200 or 503 with one entry a component. */
export const makeHealth = ({ components, drain }: { components: Component[]; drain: Drain }) => {
  let known: { at: number; states: Promise<Record<string, State>> } | undefined;

  const look = async (): Promise<Record<string, State>> => {
    const entries = components.map(async ({ name, check }) => [name, await stateOf(check)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  const router = Router();
  router.get(paths.health, (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get(paths.ready, async (_req, res) => {
    if (!known || performance.now() - known.at > KEEP_MS) known = { at: performance.now(), states: look() };
    const states = { ...(await known.states), draining: drain.draining ? 'draining' : 'ok' };
    const ready = Object.values(states).every((state) => state === 'ok');
    res.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable', components: states });
  });
  return router;
};

const stateOf = async (check: Component['check']): Promise<State> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('deadline')), DEADLINE_MS);
  });
  try {
    await Promise.race([check(), deadline]);
    return 'ok';
  } catch {
    return 'failing';
  } finally {
    clearTimeout(timer);
  }
};
