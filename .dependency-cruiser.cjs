/** Imports point one way: server|worker|cli -> wiring -> http|jobs|commands -> features -> platform -> shared. */
const features = '(schools|parents|photos|dashboard|staff|backups)';
const all = '^src/';
const entry = '^src/(server|worker|cli)\\.ts$';
const wiring = '^src/wiring(-http|-worker|-features|-backups|-store|-system|-staff|-log|-observe|-status)?\\.ts$';

/** `path` may only import from itself and `to`; packages have rules of their own below. */
const layer = (name, path, to) => ({
  name: `layer-${name}`,
  severity: 'error',
  from: { path },
  to: { path: all, pathNot: [path, ...to] },
});

/** Only `doors` may import the package `name`; types count too, unless `types` is true. */
const door = (name, doors, { types = false } = {}) => ({
  name: `door-${name.replace(/\W+/g, '-')}`,
  severity: 'error',
  from: { path: all, pathNot: doors },
  to: {
    path: `^node_modules/(@types/)?${name}/`,
    ...(types ? { dependencyTypesNot: ['type-only'] } : {}),
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-packages-in-src',
      severity: 'error',
      from: { path: all },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    layer('shared', '^src/shared/', []),
    layer('platform', '^src/platform/', ['^src/shared/', '^src/locales/']),
    layer('features', `^src/${features}/`, ['^src/platform/', '^src/shared/']),
    layer('jobs', '^src/jobs/', [`^src/${features}/`, '^src/platform/', '^src/shared/']),
    layer('http', '^src/http/', [`^src/${features}/`, '^src/platform/', '^src/shared/']),
    layer('commands', '^src/commands/', [wiring, `^src/${features}/`, '^src/platform/', '^src/shared/']),
    layer('wiring', wiring, [`^src/(http|jobs|commands|platform|shared|${features})/`]),
    layer('entry', entry, ['^src/(wiring|wiring-http|wiring-worker|commands/.+|shared/(config|stop-signals))\\.ts$']),
    {
      name: 'features-do-not-import-each-other',
      severity: 'error',
      from: { path: `^src/${features}/` },
      to: {
        path: `^src/${features}/`,
        pathNot: ['^src/$1/', '^src/(schools/school|parents/parent|parents/parent-records)\\.ts$'],
      },
    },
    {
      name: 'features-never-see-express',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/http/', '^src/platform/session-store\\.ts$'] },
      to: { path: '^node_modules/(@types/)?(express|express-session|express-serve-static-core|multer|helmet)/' },
    },
    {
      name: 'http-never-touches-storage',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { path: '^src/platform/(db|queue[a-z-]*|object-store[a-z0-9-]*)\\.ts$' },
    },
    door('sharp', '^src/photos/(inspect-image|compress-image|image-library|draw-face)\\.ts$'),
    door('@vladmandic', '^src/photos/face-library\\.ts$'),
    door('@tensorflow', '^src/photos/face-library\\.ts$'),
    door('libheif-js', '^src/photos/(heif-library\\.ts|pieces/hevc-library\\.ts|libheif-js\\.d\\.ts)$'),
    door('multer', '^src/http/middleware/photo-upload\\.ts$'),
    door('rate-limiter-flexible', '^src/platform/rate-limit\\.ts$'),
    door('i18next', '^src/platform/i18n\\.ts$'),
    door('uuid', '^src/shared/ids\\.ts$'),
    door('qrcode', '^src/parents/link-qr\\.ts$'),
    door('@aws-sdk', '^src/platform/(object-store-s3[a-z-]*|cloudwatch-logs)\\.ts$'),
    door('cron-parser', '^src/jobs/schedules\\.ts$'),
    door('pg-copy-streams', '^src/platform/'),
    door('pg', '^src/platform/'),
    door('pg-boss', '^src/platform/queue[a-z-]*\\.ts$'),
    door('pino', '^src/platform/logger\\.ts$'),
    door('knex', ['^src/platform/db\\.ts$', '-records\\.ts$', '^src/dashboard/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    detectJSDocImports: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
