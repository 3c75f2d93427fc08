import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { settings, settingsTree } from './describe-settings.ts';
import { explainConfig } from './explain-config.ts';
import { loadConfig } from './load-config.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
  mkdirSync(join(cwd, 'etc'));
});
beforeEach(() => rmSync(join(cwd, 'holdfast.yaml'), { force: true }));
afterAll(() => rmSync(cwd, { recursive: true }));

const write = (name: string, text: string, mode = 0o600) => {
  writeFileSync(join(cwd, name), text);
  chmodSync(join(cwd, name), mode);
};
const load = (env: Record<string, string> = {}, flags: Record<string, unknown> = {}) => loadConfig({ flags, env, cwd });

test('without anything written the defaults hold', () => {
  const { config, warnings } = load();
  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 8080 },
    externalUrl: null,
    data: join(cwd, 'data'),
    databaseUrl: null,
    databasePoolMax: 25,
    role: 'all',
    runbooks: [],
    auth: true,
    log: { level: 'info' },
    timezone: 'UTC',
    severityScheme: 'p1-p4',
    incidents: { openAtRank: 3 },
    retention: { eventsMs: 604_800_000, outputMs: 7_776_000_000, attemptsMs: 7_776_000_000, samplesMs: 2_592_000_000 },
    leases: { ttlMs: 2_000 },
    worker: { concurrency: 32 },
    probes: {},
    targets: {},
    webhooks: {},
    signOff: [],
  });
  expect(warnings).toEqual([]);
});

test('a flag wins over the environment, that over the file, that over the default', () => {
  write('holdfast.yaml', 'listen: 127.0.0.1:1\nrole: serve\ndatabasePoolMax: 3\nlog:\n  level: Warn\n');
  const { config, sources } = load(
    { HOLDFAST_LISTEN: '127.0.0.1:2', HOLDFAST_ROLE: 'worker', HOLDFAST_TIMEZONE: '' },
    { listen: '127.0.0.1:3', json: true },
  );
  expect(config).toMatchObject({ listen: { port: 3 }, role: 'worker', databasePoolMax: 3, log: { level: 'warn' } });
  expect(sources).toMatchObject({
    listen: '--listen',
    role: 'HOLDFAST_ROLE',
    databasePoolMax: 'holdfast.yaml:3:18',
    'log.level': 'holdfast.yaml:5:10',
    timezone: 'default',
  });
});

test('every setting has a variable, and text in it becomes the type of the setting', () => {
  const { config } = load({
    HOLDFAST_DATABASE_POOL_MAX: '7',
    HOLDFAST_AUTH: 'off',
    HOLDFAST_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
    HOLDFAST_RETENTION_EVENTS: '2d',
    HOLDFAST_LEASES_TTL: '1500ms',
    HOLDFAST_EMBEDDED_POSTGRES_SHARED_BUFFERS: '64MiB',
    DATABASE_URL: 'postgres://u:p@h/db',
  });
  expect(config).toMatchObject({
    databasePoolMax: 7,
    auth: false,
    trustedProxies: ['10.0.0.0/8', '::1'],
    retention: { eventsMs: 172_800_000 },
    leases: { ttlMs: 1_500 },
    embeddedPostgres: { sharedBuffersBytes: 67_108_864 },
    databaseUrl: 'postgres://u:p@h/db',
  });
  expect(new Set(settings.flatMap(({ envNames }) => envNames)).size).toBe(
    settings.flatMap(({ envNames }) => envNames).length,
  );
});

test('flags as a command line parser gives them are understood', () => {
  const { config } = load(
    {},
    { auth: true, runbooks: ['a', '/b'], databaseUrl: undefined, externalUrl: 'https://x/y//' },
  );
  expect(config).toMatchObject({ auth: true, runbooks: [join(cwd, 'a'), '/b'], externalUrl: 'https://x/y' });
  expect(load({}, { auth: false }).sources).toMatchObject({ auth: '--no-auth' });
});

test('paths in the file count from the folder of the file, others from the working directory', () => {
  write('etc/holdfast.yaml', 'data: d\nrunbooks: r\nprobes: {p: {kind: process, pidFile: p.pid}}\n');
  const { config } = load({}, { config: 'etc/holdfast.yaml', data: 'here' });
  expect(config.data).toBe(join(cwd, 'here'));
  expect(config.runbooks).toEqual([join(cwd, 'etc', 'r')]);
  expect(config.probes['p']).toMatchObject({ pidFile: join(cwd, 'etc', 'p.pid') });
});

test('a secret from a file loses its last newline, and a file others can read is mentioned', () => {
  write('url', 'postgres://u:p@h/db\n');
  write('key', 'a secret with an end \r\n', 0o644);
  write('holdfast.yaml', 'databaseUrlFile: url\nwebhooks: {w: {url: "https://x", secretFile: key}}\n');
  const { config, warnings } = load();
  expect(config.databaseUrl).toBe('postgres://u:p@h/db');
  expect(config.webhooks).toEqual({ w: { url: 'https://x', secret: 'a secret with an end ' } });
  expect(warnings).toEqual([
    `webhooks.w.secretFile: every user of this machine can read ${join(cwd, 'key')}; chmod o-r key`,
  ]);
});

test('an address from a stronger place replaces the file with one from a weaker place', () => {
  write('url', 'postgres://file/db');
  write('holdfast.yaml', 'databaseUrlFile: url\n');
  expect(load({ DATABASE_URL: 'postgres://env/db' }).config.databaseUrl).toBe('postgres://env/db');
  const { config } = load({ DATABASE_URL_FILE: 'url' }, { databaseUrl: 'postgres://flag/db' });
  expect(config.databaseUrl).toBe('postgres://flag/db');
});

test('probes come with everything the prober needs', () => {
  write(
    'holdfast.yaml',
    `probes:
  web: {kind: http, url: "http://x/health", interval: 1s, expectStatus: [200, 204], title: The shop}
  port: {kind: tcp, address: "[::1]:5432"}
  job: {kind: command, command: [sh, -c, "exit 0"], failures: 1}
`,
  );
  expect(load().config.probes).toEqual({
    web: {
      ...{ kind: 'http', url: 'http://x/health', method: 'GET', expectStatus: [200, 204], headers: {}, labels: {} },
      ...{
        title: 'The shop',
        severity: 2,
        intervalMs: 1_000,
        timeoutMs: 1_000,
        failuresToOpen: 3,
        successesToClose: 2,
      },
    },
    port: {
      ...{ kind: 'tcp', address: { host: '::1', port: 5432 }, labels: {}, title: 'port', severity: 2 },
      ...{ intervalMs: 10_000, timeoutMs: 5_000, failuresToOpen: 3, successesToClose: 2 },
    },
    job: {
      ...{ kind: 'command', command: ['sh', '-c', 'exit 0'], labels: {}, title: 'job', severity: 2 },
      ...{ intervalMs: 10_000, timeoutMs: 5_000, failuresToOpen: 1, successesToClose: 2 },
    },
  });
});

test('a performance block of another service is valid; its connections count, the rest is reported as without effect', () => {
  write(
    'holdfast.yaml',
    `performance:
  database:
    max_connections: 100
    max_idle: 10
    connection_timeout: 5s
  cache:
    ttl: 5m
    max_size: 1000
    eviction_policy: lru
  rate_limits:
    aws: 20
    azure: 15
    gcp: 20
    digitalocean: 10
  circuit_breakers:
    max_failures: 5
    reset_timeout: 30s
    half_open_requests: 3
  workers:
    discovery: 10
    drift_detection: 5
    remediation: 3
`,
  );
  const { config, sources, warnings } = load();
  expect(config.databasePoolMax).toBe(100);
  expect(config).not.toHaveProperty('performance');
  expect(sources['databasePoolMax']).toBe('holdfast.yaml:3:22');
  expect(warnings).toEqual([
    expect.stringMatching(
      /^holdfast\.yaml:1:1: accepted without effect below performance: database\.max_idle, .*workers\.remediation$/,
    ),
  ]);
  expect(load({ DB_MAX_OPEN_CONNS: '9' }).config.databasePoolMax).toBe(9);
});

test('references in YAML are followed, and changing one place does not change the other', () => {
  write('holdfast.yaml', 'probes:\n  a: &a {kind: tcp, address: "x:1"}\n  b: *a\nretention: &r {}\nlog: *r\n');
  const { config, sources } = load({ HOLDFAST_LOG_LEVEL: 'debug' });
  expect(config.probes['b']).toMatchObject({ kind: 'tcp', title: 'b' });
  expect(config.log.level).toBe('debug');
  expect(sources['retention.events']).toBe('default');
});

test('explain shows every value with its place and no secret', () => {
  write(
    'holdfast.yaml',
    `targets: {db: {kind: postgres, url: "postgres://u:hidden@h/db"}}
webhooks: {w: {url: "https://hooks.example/hidden", secret: hidden-too}}
probes: {p: {kind: http, url: "http://u:hidden@x", headers: {Authorization: Bearer hidden}}}
`,
  );
  const rows = explainConfig(load({ DATABASE_URL: 'postgres://u:hidden@h/db?password=hidden' }, { listen: '[::1]:0' }));
  expect(JSON.stringify(rows)).not.toContain('hidden');
  expect(rows).toEqual(
    expect.arrayContaining([
      { key: 'listen', value: '[::1]:0', source: '--listen' },
      { key: 'databaseUrl', value: 'postgres://u:***@h/db?password=***', source: 'DATABASE_URL' },
      { key: 'externalUrl', value: '(http:// and the address listened on)', source: 'default' },
      { key: 'log.level', value: 'info', source: 'default' },
      { key: 'probes.p.interval', value: '10s', source: 'default' },
      { key: 'probes.p.headers.Authorization', value: '***', source: 'holdfast.yaml:3:77' },
      {
        key: 'webhooks.w.url',
        value: 'https://hooks.***'.replace('hooks.', 'hooks.example/'),
        source: 'holdfast.yaml:2:21',
      },
    ]),
  );
});

test('no file, however it is made, brings anything but a HoldfastError out of the loader', () => {
  const keys = Object.keys(settingsTree.properties ?? {});
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('5s', '1GiB', 'http', 'x:1'),
  );
  const word = fc.oneof(
    fc.constantFrom(...keys, 'kind', 'url', 'level', 'interval', '__proto__', 'constructor'),
    fc.string(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(word, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const structured = fc
    .dictionary(fc.oneof(fc.constantFrom(...keys), word), tree, { maxKeys: 5 })
    .map((value) => stringify(value));
  const scribbled = fc
    .array(
      fc.constantFrom(
        'a',
        ': ',
        '\n',
        '  ',
        '- ',
        '[',
        '{',
        '}',
        '&x ',
        '*x',
        '<<',
        '!!map ',
        '"',
        '|',
        '#',
        '%',
        '? ',
        'probes',
        '\u0000',
        '\t',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(structured, scribbled, fc.string()), (text) => {
      write('holdfast.yaml', text);
      try {
        explainConfig(load());
      } catch (error) {
        expect(error).toBeInstanceOf(HoldfastError);
        expect(error).toMatchObject({ code: 'config.invalid', kind: 'invalid' });
      }
    }),
    // Bounded in time: a busy machine tries fewer files.
    { numRuns: 1_500, interruptAfterTimeLimit: 6_000 },
  );
});

test('no value of a flag or variable brings anything but a HoldfastError out of the loader', () => {
  const variable = fc.constantFrom(...settings.flatMap(({ envNames }) => envNames));
  fc.assert(
    fc.property(
      fc.dictionary(variable, fc.string()),
      fc.dictionary(fc.constantFrom('listen', 'data', 'runbooks', 'role', 'config'), fc.anything()),
      (env, flags) => {
        try {
          load(env, flags);
        } catch (error) {
          expect(error).toBeInstanceOf(HoldfastError);
        }
      },
    ),
    { numRuns: 500, interruptAfterTimeLimit: 6_000 },
  );
});
