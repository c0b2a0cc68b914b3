// Ceph's S3 (radosgw) with a monitor and an object store in memory: the strict peer, from Debian's packages.
import { execFile, type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './nginx.ts';

const run = promisify(execFile);

/** Starts all three, which takes about 20 s, and makes a user; `keys` are the user's credentials. Needs root. */
export const startCeph = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ceph-'));
  const [monPort, port] = [await freePort(), await freePort()];
  const fsid = randomUUID();
  const conf = join(dir, 'ceph.conf');
  const keyring = join(dir, 'keyring');
  const children: ChildProcess[] = [];
  for (const name of ['mon', 'osd', 'rgw', 'run']) mkdirSync(join(dir, name));
  writeFileSync(
    conf,
    `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${monPort}/0]
public addr = 127.0.0.1
keyring = ${keyring}
run dir = ${dir}/run
admin socket = ${dir}/run/$name.$pid.asok
log file = ${dir}/$name.log
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 268435456
[mon.a]
mon data = ${dir}/mon
[osd.0]
osd data = ${dir}/osd
osd journal = ${dir}/osd/journal
[client.admin]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw data = ${dir}/rgw
`,
  );
  const background = (program: string, ...args: string[]) =>
    children.push(spawn(program, ['-c', conf, '-f', ...args], { stdio: 'ignore' }));
  const ceph = (...args: string[]) => run('ceph', ['-c', conf, '--connect-timeout', '20', ...args]);
  const stop = async (): Promise<void> => {
    const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of children) child.kill('SIGKILL');
    await Promise.race([Promise.all(ended), wait(5000)]);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const allow = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'];
    await run('ceph-authtool', ['--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *']);
    await run('ceph-authtool', [keyring, '--gen-key', '-n', 'client.admin', ...allow]);
    await run('monmaptool', [
      '--create',
      '--addv',
      'a',
      `[v2:127.0.0.1:${monPort}]`,
      '--fsid',
      fsid,
      join(dir, 'monmap'),
    ]);
    await run('ceph-mon', ['-c', conf, '--mkfs', '-i', 'a', '--monmap', join(dir, 'monmap'), '--keyring', keyring]);
    background('ceph-mon', '-i', 'a');
    const osd = randomUUID();
    await ceph('osd', 'new', osd, '0');
    await ceph('osd', 'crush', 'add', 'osd.0', '1.0', 'root=default');
    await ceph('auth', 'get-or-create', 'osd.0', 'mon', 'allow *', 'osd', 'allow *', '-o', join(dir, 'osd', 'keyring'));
    await run('ceph-osd', [
      '-c',
      conf,
      '-i',
      '0',
      '--mkfs',
      '--osd-uuid',
      osd,
      '--keyring',
      join(dir, 'osd', 'keyring'),
    ]);
    background('ceph-osd', '-i', '0', '--keyring', join(dir, 'osd', 'keyring'));
    background('radosgw', '-n', 'client.admin');
    const { stdout } = await run('radosgw-admin', [
      '-c',
      conf,
      'user',
      'create',
      '--uid=oakfield',
      '--display-name=Oakfield',
    ]);
    const [key] = (JSON.parse(stdout) as { keys: { access_key: string; secret_key: string }[] }).keys;
    if (!key) throw new Error('the user has no key');
    const endpoint = `http://127.0.0.1:${port}`;
    while (
      !(await fetch(endpoint).then(
        ({ ok }) => ok,
        () => false,
      ))
    )
      await wait(200);
    return { endpoint, keys: { accessKeyId: key.access_key, secretAccessKey: key.secret_key }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
