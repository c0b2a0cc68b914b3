import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import program from '../package.json' with { type: 'json' };

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('docker-compose.yml');
const production = read('docker-compose.production.yml');

/** The settings before `exec node` and the words after it. */
const startLine = (line: string) => {
  const [settings = '', command = ''] = line.split(' exec node ');
  return { settings: settings.split(' ').filter((one) => one.startsWith('MALLOC_')), words: command.split(' ') };
};

test('the image, the worker of compose and the units of systemd start like npm start and npm run worker', () => {
  const { settings, words } = startLine(program.scripts.start);
  const environment = dockerfile.replaceAll(/\s*\\\n\s*/g, ' ');
  for (const setting of settings) expect(environment).toContain(` ${setting}`);
  expect(settings.length).toBe(3);
  expect(dockerfile).toContain(`CMD ${JSON.stringify(['node', ...words]).replaceAll(',', ', ')}`);
  const worker = ['node', ...startLine(program.scripts.worker).words].map((word) => `      - ${word}\n`).join('');
  expect(compose).toContain(`    command:\n${worker}`);
  for (const [unit, script] of [
    ['onboarding@.service', program.scripts.start],
    ['onboarding-worker.service', program.scripts.worker],
  ] as const) {
    const own = startLine(script);
    const line = `Environment=${own.settings.join(' ')}\nExecStart=/usr/bin/node ${own.words.join(' ')}\n`;
    expect(read(`infra/host/${unit}`)).toContain(line);
  }
});

test('the image is built anywhere: no foreign syntax, nothing but the four images, not as root', () => {
  expect(dockerfile).not.toMatch(/^# *syntax *=/m);
  expect(dockerfile).not.toMatch(/<<|--link/);
  const images = `${dockerfile}\n${compose}\n${production}`.matchAll(/(?:_IMAGE=|_IMAGE:-)([\w.:/-]+)/g);
  for (const [, image = ''] of images) expect(image).toMatch(/^(?:node|postgres|nginx|debian):\d/);
  const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, from]) => from);
  expect(stages.length).toBeGreaterThan(4);
  expect(dockerfile).toMatch(/^USER node$/m);
});

test('each variable of the environment reaches the containers, or is theirs to set', () => {
  const known = [...read('src/shared/config.ts').matchAll(/^ {4}([A-Z][A-Z\d_]+):/gm)].map(([, name = '']) => name);
  expect(known.length).toBeGreaterThan(30);
  // The image's and the network's own, what only `migrate` and the worker know, and what has no meaning there.
  const own = ['PORT', 'HOST', 'NODE_ENV', 'DATA_DIR', 'UPLOADS_DIR', 'DATABASE_SSL_CA', 'RATE_LIMIT_SCALE'];
  const settings = compose.slice(compose.indexOf('x-settings'), compose.indexOf('\nservices:'));
  const missing = known.filter(
    (name) => !own.includes(name) && !new RegExp(`^ {2}${name}(?:_FILE)?:`, 'm').test(settings),
  );
  expect(missing).toEqual(['MIGRATION_DATABASE_URL']);
  expect(settings).not.toContain('MIGRATION_DATABASE_URL');
});

test('nobody is killed while they end, and an address is forgotten before the next instance is rolled', () => {
  const most = Number(/HARD_LIMIT_MS = (\d+)_000/.exec(read('src/shared/stop-signals.ts'))?.[1]);
  const roll = read('infra/compose/roll.sh');
  const graces = [...compose.matchAll(/stop_grace_period: (\d+)s/g)].map(([, seconds]) => Number(seconds));
  expect(graces).toHaveLength(3);
  for (const unit of ['onboarding@', 'onboarding-worker'])
    graces.push(Number(/^TimeoutStopSec=(\d+)/m.exec(read(`infra/host/${unit}.service`))?.[1]));
  for (const grace of [...graces, Number(/^GRACE=(\d+)/m.exec(roll)?.[1])]) expect(grace).toBeGreaterThan(most);
  const remembered = Number(/valid=(\d+)s/.exec(read('infra/compose/setup.sh'))?.[1]);
  expect(Number(/^FORGET=(\d+)/m.exec(roll)?.[1])).toBeGreaterThan(remembered);
});

test('the log of the database holds no rows, statements or values, with the production overlay neither', () => {
  const quiet = { error_verbosity: 'terse', min_error_statement: 'panic' };
  const without = { parameter_max_length: '0', parameter_max_length_on_error: '0' };
  for (const text of [compose, production])
    for (const [name, value] of Object.entries({ ...quiet, ...without }))
      expect(/\n {2}database:\n(?: {4}.*\n)*/.exec(text)?.[0]).toMatch(
        new RegExp(`^ {6}- --log_${name}=${value}(?: #|$)`, 'm'),
      );
});

test('what AWS asks for comes as a file, and no secret from the environment of whoever starts the stack', () => {
  expect(compose).not.toMatch(
    /AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|(?:SECRET|PASSWORD|TOKEN|_KEY):\s*$/m,
  );
  expect(compose).toContain('  AWS_SHARED_CREDENTIALS_FILE: /run/web-secrets/aws-credentials');
  expect(read('infra/compose/setup.sh')).toContain('given aws-credentials /secrets/web/aws-credentials $APP 0400\n');
});

test('nginx is reloaded without a signal of Docker’s, and one file says which images are built on', () => {
  const roll = read('infra/compose/roll.sh');
  for (const text of [roll, read('infra/compose/reload-nginx.sh'), read('docs/operations.md')])
    expect(text).not.toMatch(/docker compose kill --signal/);
  expect(dockerfile).toMatch(/^ARG NODE_IMAGE=/m);
  expect(compose).not.toMatch(/(?:NODE|NGINX)_IMAGE:-/); // Dockerfile alone says which
});

test('nginx ends what is still open before it is killed, on a host of compose and on a machine of AWS', () => {
  const most = Number(/^worker_shutdown_timeout (\d+)s;/m.exec(read('nginx.conf'))?.[1]);
  const inCompose = /\n {2}nginx:\n[^]*?stop_grace_period: (\d+)s/.exec(compose)?.[1];
  const machine = /docker stop -t (\d+) onboarding-nginx/.exec(read('infra/machine/onboarding-nginx.service'))?.[1];
  for (const grace of [inCompose, machine]) expect(Number(grace)).toBeGreaterThan(most);
});

test('another MAX_UPLOAD_MB reaches nginx and its page, and without one both say what nginx.conf and the service do', () => {
  const setup = read('infra/compose/setup.sh');
  const [, most, times, by] = /largest=\$\{MAX_UPLOAD_MB:-(\d+)\}[^]*\(\(largest \* (\d) \/ (\d)\)\)/.exec(setup) ?? [];
  expect(read('src/shared/config.ts')).toMatch(new RegExp(`MAX_UPLOAD_MB: .*\\b${most}\\b`));
  expect(read('nginx.conf')).toContain(`client_max_body_size ${(Number(most) * Number(times)) / Number(by)}m;`);
  expect(compose.match(/^ {6}MAX_UPLOAD_MB:$/gm)).toHaveLength(2); // built with it, and set up with it
  expect(dockerfile).toContain('RUN MAX_UPLOAD_MB=$MAX_UPLOAD_MB node src/cli.ts static:write');
});

test('nginx finds the answers of certbot: in production a folder of the host', () => {
  const where = /well-known\/acme-challenge\/ \{\s+root ([^;]+);/.exec(read('nginx.conf'))?.[1];
  expect(where).toBe('/srv/onboarding/acme');
  expect(production).toMatch(new RegExp(`^ {6}- .*/acme}:${where}:ro$`, 'm'));
});

test('nginx has memory for every connection that one of its workers takes, and for its zones', () => {
  const nginx = read('nginx.conf');
  const connections = Number(/worker_connections (\d+);/.exec(nginx)?.[1]);
  const zones = [...nginx.matchAll(/(?:zone=|shared:)[\w-]+:(\d+)m/g)].reduce((sum, [, mib]) => sum + Number(mib), 0);
  expect(zones).toBe(40);
  const needed = connections * 30_000 + zones * 2 ** 20; // a half-open upload: docs/operations.md, 'Limits, and why'
  const limits = [
    /\n {2}nginx:\n[^]*?mem_limit: (\d+)m/.exec(production),
    / --memory (\d+)m /.exec(read('infra/machine/run-nginx.sh')),
  ];
  for (const limit of limits) expect(Number(limit?.[1]) * 2 ** 20).toBeGreaterThan(needed);
});

test('a password stands in no compose file, and the database is reached by nobody outside', () => {
  for (const text of [compose, production]) expect(text).not.toMatch(/PASSWORD: |SECRET: [^$]|:\/\/\w+:\w+@/);
  const database = compose.slice(compose.indexOf('\n  database:'), compose.indexOf('\n  migrate:'));
  expect(database).not.toContain('ports:');
  expect(database).toContain('networks: [inside]');
  expect(compose).toMatch(/ {2}inside:.*\n {4}internal: true/);
});
