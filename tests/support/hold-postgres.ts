// A process of its own that uses the embedded database: `fork`ed by postgres-holder.ts, DATA_DIR as its argument.
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { EmbeddedPostgresUnavailable, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

const tell = (message: object) => new Promise<void>((sent) => process.send?.(message, () => sent()) ?? sent());

try {
  const database = await startEmbeddedPostgres({ dir: process.argv[2] ?? '', durable: false });
  const stop = async () => {
    await database.stop();
    await tell({ stopped: true });
    process.exit();
  };
  process.once('message', () => void stop());
  process.once('disconnect', () => void stop());
  process.once('SIGINT', () => {
    void (async () => {
      await wait(300); // requests in flight are answered, and need the database for it
      const client = new Client(database.url('postgres'));
      await client.connect();
      await client.query('select 1');
      await client.end();
      await tell({ drained: true });
      await stop();
    })();
  });
  await tell({ url: database.url('postgres') });
} catch (error) {
  const { message, stack } = error as Error;
  await tell(error instanceof EmbeddedPostgresUnavailable ? { refused: message } : { crashed: stack });
  process.exit();
}
