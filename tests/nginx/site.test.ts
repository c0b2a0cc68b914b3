import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, HOST, startEdge } from '../support/edge.ts';
import { freePort } from '../support/nginx.ts';
import { sendRaw } from '../support/raw-http.ts';

let edge: Edge;
let ports: { nobody: number; http6: number; https6: number };
beforeAll(async () => {
  ports = { nobody: await freePort(), http6: await freePort(), https6: await freePort() };
  edge = await startEdge({
    upstreams: [ports.nobody],
    uploadsDir: '/nonexistent',
    writeStatic: async (folder) => {
      await mkdir(join(folder, 'pages'), { recursive: true });
      for (const name of ['too-big', 'unavailable']) await writeFile(join(folder, `pages/${name}.en.html`), name);
    },
    site: {
      'upload.conf': 'client_max_body_size 1m;\n',
      'ipv6-80.conf': `listen [::1]:${ports.http6};\n`,
      'ipv6-443.conf': `listen [::1]:${ports.https6} ssl http2;\n`,
    },
  });
});
afterAll(() => edge.stop());

const upload = async (bytes: number): Promise<number> => {
  const port = Number(new URL(await edge.reach('127.0.0.1')).port);
  const head = `POST /onboarding/p/12/photo HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${bytes}\r\n\r\n`;
  return (await sendRaw({ port, pieces: [head, Buffer.alloc(bytes)] })).status;
};

test('a site may say how large an upload may be: above it nginx ends it, below it the service is asked', async () => {
  expect(await upload(1.5 * 1024 * 1024)).toBe(413);
  expect(await upload(100 * 1024)).toBe(502); // more than a form may have; and there is no service here
});

test('R46: by IPv6 it is the same: http leads to https, and who asks for another name gets no answer', async () => {
  const plain = async (host: string): Promise<string> => {
    const socket = connect(ports.http6, '::1');
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return text(socket).catch(() => '');
  };
  expect(await plain(HOST)).toContain(`Location: https://${HOST}/\r\n`);
  expect(await plain('evil.example')).toBe('');
  const secure = async (servername: string): Promise<string> => {
    const socket = connectTls({ port: ports.https6, host: '::1', servername, ca: edge.ca });
    const outcome = await once(socket, 'secureConnect').then(
      () => 'taken',
      (fault: unknown) => String((fault as NodeJS.ErrnoException).code),
    );
    socket.destroy();
    return outcome;
  };
  expect(await secure(HOST)).toBe('taken');
  expect(await secure('evil.example')).toMatch(/^(?:EPROTO|ERR_SSL)/);
});
