/** Within so many bytes pg_restore has said its settings. */
const HEAD_BYTES = 2048;

/** A setting that servers have from 17 on, and that pg_restore sets from 17 on without asking. */
const NEW_SETTING = /^SET transaction_timeout = 0;$/m;
const WHERE_KNOWN = `SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';`;

/** pg_restore's script for a server that may be older than it. Only the head is looked at: what follows has the rows. */
export async function* portableScript(script: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of script) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < HEAD_BYTES) continue;
    yield portable(head);
    head = undefined;
  }
  if (head) yield portable(head);
}

const portable = (head: Buffer): Buffer =>
  Buffer.from(head.toString('latin1').replace(NEW_SETTING, WHERE_KNOWN), 'latin1');
