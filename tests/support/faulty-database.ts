// Connections that break once, at a chosen statement.
import { Client } from 'pg';
import type { Moment } from './faulty-disk.ts';

type Done = (error: Error | null, result?: unknown) => void;
type Query = (this: Client, ...args: unknown[]) => unknown;
type Breakable = { connection: { stream: { destroy: () => void } } };

/**
 * Counts every statement that this process sends. `before`: the connection breaks instead of sending it; `after`: the server has
 * done it, a commit for instance, and the connection breaks before its answer comes.
 */
export const makeFaultyDatabase = () => {
  const prototype = Client.prototype as unknown as { query: Query };
  const real = prototype.query;
  const statements: string[] = [];
  let fault: { at: number; moment: Moment } | undefined;

  const breakOff = (client: Client): void => (client as unknown as Breakable).connection.stream.destroy();

  prototype.query = function (this: Client, ...args: unknown[]) {
    const text = typeof args[0] === 'string' ? args[0] : ((args[0] as { text?: string }).text ?? '');
    if (text === 'select') return real.apply(this, args); // the watch asks for a sign of life, on a connection of its own
    const due = fault && statements.push(text) === fault.at ? fault : undefined;
    if (due?.moment === 'before') breakOff(this);
    if (due?.moment !== 'after') return real.apply(this, args);
    const cut = (): Error => {
      breakOff(this);
      return new Error('Connection terminated unexpectedly');
    };
    const done = args.at(-1);
    if (typeof done === 'function') return real.apply(this, [...args.slice(0, -1), () => (done as Done)(cut())]);
    return (real.apply(this, args) as Promise<unknown>).then(() => Promise.reject(cut()));
  };

  return {
    /** From now on the `at`th statement (from 1) meets the fault. */
    failAt: (at: number, moment: Moment): void => {
      statements.length = 0;
      fault = { at, moment };
    },
    /** Ends it; the statement that met the fault, undefined when it did not come to that. */
    heal: (): string | undefined => {
      const met = fault && statements[fault.at - 1];
      fault = undefined;
      return met;
    },
    restore: (): void => {
      prototype.query = real;
    },
  };
};
