import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderProblem } from './config-problem.ts';
import { loadConfig, validateConfig } from './load-config.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
  writeFileSync(join(cwd, 'empty-secret'), '\n');
  writeFileSync(join(cwd, 'large-secret'), 'x'.repeat(65 * 1024));
  writeFileSync(join(cwd, 'short-secret'), 'x\n');
  mkdirSync(join(cwd, 'folder'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

function problemsOf(
  yaml: string | Uint8Array,
  env: Record<string, string> = {},
  flags: Record<string, unknown> = {},
): string[] {
  writeFileSync(join(cwd, 'holdfast.yaml'), yaml);
  const verdict = validateConfig({ flags, env, cwd });
  return verdict.valid ? [] : verdict.problems.map(renderProblem);
}

const IN_FILE: [string, string][] = [
  ['listen: 8080', '1:9: listen: 8080 has no host; write 127.0.0.1:8080, or 0.0.0.0:8080 for every interface'],
  [
    'listen: ":8080"',
    '1:9: listen: ":8080" is not HOST:PORT; write 127.0.0.1:8080, or 0.0.0.0:8080 for every interface',
  ],
  [
    'listen: "::1:8080"',
    '1:9: listen: "::1:8080" is not HOST:PORT; put an IPv6 address in brackets, such as [::1]:8080',
  ],
  ['listen: http://x:1', '1:9: listen: "http://x:1" is not HOST:PORT; write it without http://'],
  ['listen: shop', '1:9: listen: "shop" is not HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080'],
  ['externalUrl: holdfast.example', '1:14: externalUrl: "holdfast.example" is not an http:// or https:// address'],
  ['externalUrl: https://x/?a=1', '1:14: externalUrl: must have neither a query nor a fragment'],
  ['databaseUrl: mysql://u:hidden@h/db', '1:14: databaseUrl: this is not a postgres:// or postgresql:// address'],
  [
    'databaseUrl: postgres://a/b\ndatabaseUrlFile: x',
    '2:18: databaseUrlFile: give either databaseUrl or databaseUrlFile, not both',
  ],
  ['databaseUrlFile: absent', '1:18: databaseUrlFile: $CWD/absent does not exist'],
  ['databaseUrlFile: folder', '1:18: databaseUrlFile: $CWD/folder is a folder'],
  ['databaseUrlFile: empty-secret', '1:18: databaseUrlFile: $CWD/empty-secret is empty'],
  ['databaseUrlFile: large-secret', '1:18: databaseUrlFile: $CWD/large-secret is larger than 64 KiB'],
  [
    'databaseUrlFile: short-secret',
    '1:18: databaseUrlFile: $CWD/short-secret does not hold a postgres:// or postgresql:// address',
  ],
  ['databasePoolMax: 1', '1:18: databasePoolMax: 1 is too small; at least 2'],
  ['databasePoolMax: 2.5', '1:18: databasePoolMax: must be a whole number, not a number'],
  ['databasePoolMax: many', '1:18: databasePoolMax: must be a number, not text'],
  ['databasePoolMx: 3', '1:1: databasePoolMx: is not a setting; did you mean databasePoolMax?'],
  ['embeddedPostgres: {sharedBuffers: 1000}', '1:35: embeddedPostgres.sharedBuffers: 1000 has no unit; write 1000MiB'],
  [
    'embeddedPostgres: {sharedBuffers: 1KiB}',
    '1:35: embeddedPostgres.sharedBuffers: 1KiB is out of range; from 1MiB to 64GiB',
  ],
  ['role: server', '1:7: role: "server" is not one of all, serve, worker; did you mean serve?'],
  ['runbooks: {a: b}', '1:11: runbooks: must be a list, not a map'],
  ['runbooks: [1]', '1:12: runbooks.0: must be text: put 1 in quotes'],
  [
    'trustedProxies: [somewhere]',
    '1:18: trustedProxies.0: "somewhere" is not an IP address or range, such as 10.0.0.0/8',
  ],
  ['auth: no', '1:7: auth: must be true or false, not text'],
  ['auth: false\nlisten: 0.0.0.0:80', '1:7: auth: can only be off when listening on loopback, not on 0.0.0.0'],
  ['log:\n  level: loud', '2:10: log.level: "loud" is not one of trace, debug, info, warn, error, fatal'],
  ['log:\n  lvl: info', '2:3: log.lvl: is not a setting; did you mean level?'],
  ['log: info', '1:6: log: must be a map, not text'],
  ['timezone: Mars/Olympus', '1:11: timezone: "Mars/Olympus" is not a time zone, such as Europe/Berlin'],
  ['incidents: {openAtRank: 0}', '1:25: incidents.openAtRank: 0 is too small; at least 1'],
  ['retention: {events: 10}', '1:21: retention.events: 10 has no unit; write 10s or 10m'],
  ['retention: {events: 1m}', '1:21: retention.events: 1m is too short; at least 1h'],
  [
    'retention: {events: 5 parsecs}',
    '1:21: retention.events: "5 parsecs" is not a duration; write a number with ms, s, m, h, d or w, such as 30s or 1h30m',
  ],
  ['leases: {ttl: 2m}', '1:15: leases.ttl: 2m is too long; at most 1m'],
  ['signOff: [{procedure: x}]', '1:11: signOff.0.runbook: is required'],
  ['performance: {databse: {}}', '1:15: performance.databse: is not a setting; did you mean database?'],
  ['bananas: 1', /^1:1: bananas: is not a setting; known here: listen, externalUrl, / as unknown as string],
];

const IN_PROBE: [string, string][] = [
  ['{}', '2:6: probes.p.kind: is required: http, tcp, sql, process, command'],
  ['', '2:6: probes.p: is empty'],
  ['{kind: htpp}', '2:13: probes.p.kind: "htpp" is not one of http, tcp, sql, process, command; did you mean http?'],
  ['{kind: http}', '2:6: probes.p.url: is required'],
  ['{kind: http, url: shop.example}', '2:24: probes.p.url: "shop.example" is not an http:// or https:// address'],
  [
    '{kind: http, url: "http://x", intervall: 1s}',
    '2:36: probes.p.intervall: is not a setting; did you mean interval?',
  ],
  [
    '{kind: http, url: "http://x", listen: 1s}',
    '2:36: probes.p.listen: is not a setting here; listen stands at the top of the file',
  ],
  ['{kind: http, url: "http://x", timeout: 20s}', '2:45: probes.p.timeout: is longer than the interval'],
  ['{kind: http, url: "http://x", severity: 5}', '2:46: probes.p.severity: 5 is too big; at most 4'],
  [
    '{kind: http, url: "http://x", expectStatus: fine}',
    '2:50: probes.p.expectStatus: must be a status from 100 to 599, or a list of them',
  ],
  [
    '{kind: http, url: "http://x", method: get}',
    '2:44: probes.p.method: "get" is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; did you mean GET?',
  ],
  [
    '{kind: tcp, address: "x:0"}',
    '2:27: probes.p.address: "x:0" is not HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080',
  ],
  ['{kind: sql, target: t, query: select 1}', '2:26: probes.p.target: "t" is not a name below targets'],
  ['{kind: process}', '2:6: probes.p: give either pidFile or match'],
  ['{kind: process, pidFile: a, match: b}', '2:6: probes.p: give either pidFile or match, not both'],
  ['{kind: command, command: "ls -l"}', '2:31: probes.p.command: must be a list of words, such as ["ls", "-l"]'],
  ['{kind: command, command: []}', '2:31: probes.p.command: must hold at least the program'],
];

const SSH = 'kind: ssh, host: web.example, user: ops, knownHostsFile: h';
const OTHER_GROUPS: [string, string | RegExp][] = [
  [
    'probes: {"a b": {kind: tcp, address: "x:1"}}',
    '1:10: probes.a b: a name is made of letters, digits, dots, dashes and underscores, begins with a letter or digit, and has at most 64',
  ],
  [
    'targets: {shop-db: {kind: postgres, url: "postgres://x"}}\nprobes: {p: {kind: sql, target: shopdb, query: x}}',
    '2:33: probes.p.target: "shopdb" is not a name below targets; did you mean shop-db?',
  ],
  ['targets: {t: {kind: postgres}}', '1:14: targets.t: give either url or urlFile'],
  ['targets: {t: {kind: mysql}}', '1:21: targets.t.kind: "mysql" is not one of postgres, prometheus, kubernetes, ssh'],
  [`targets: {t: {${SSH}}}`, '1:14: targets.t: give either identityFile or agentSocket'],
  [`targets: {t: {${SSH}, identityFile: k, agentSocket: s}}`, /targets\.t: give either .*, not both/],
  [`targets: {t: {${SSH}, identityFile: k, port: 0}}`, /targets\.t\.port: 0 is too small; at least 1/],
  [
    'targets: {t: {kind: ssh, host: "-oProxyCommand=x", user: u, identityFile: k, knownHostsFile: h}}',
    /targets\.t\.host: .* is not the name or address of a host/,
  ],
  [
    'targets: {t: {kind: ssh, host: a, user: "a b", identityFile: k, knownHostsFile: h}}',
    /targets\.t\.user: "a b" is not the name of an account/,
  ],
  [`targets: {t: {${SSH}, identityFile: k, jump: t}}`, /targets\.t\.jump: leads in a circle: t, t$/],
  [
    `targets: {t: {${SSH}, identityFile: k, jump: tt}}`,
    /targets\.t\.jump: "tt" is not a name below targets; did you mean t\?/,
  ],
  ['targets: {t: {kind: postgres, urlFile: absent}}', '1:40: targets.t.urlFile: $CWD/absent does not exist'],
  ['webhooks: {w: {url: "https://x", secret: 12345678}}', '1:42: webhooks.w.secret: must be text: put it in quotes'],
  [
    'webhooks: {w: {url: "https://x", secret: hidden}}',
    '1:42: webhooks.w.secret: this is not a secret of at least 8 characters',
  ],
  [
    'webhooks: {w: {url: "https://x", secretFile: short-secret}}',
    '1:46: webhooks.w.secretFile: $CWD/short-secret holds a secret of fewer than 8 characters',
  ],
  ['webhooks: {w: {url: "https://x"}}', '1:15: webhooks.w: give either secret or secretFile'],
];

test.each([...IN_FILE, ...OTHER_GROUPS])('%s', (yaml, expected) => {
  const problems = problemsOf(yaml).map((line) => line.replace('holdfast.yaml:', '').replaceAll(cwd, '$CWD'));
  expect(problems).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
});

test.each(IN_PROBE)('probe %s', (probe, expected) => {
  expect(problemsOf(`probes:\n  p: ${probe}\n`)).toEqual([`holdfast.yaml:${expected}`]);
});

test.each([
  ['a: 1\na: 2', 'holdfast.yaml:2:1: is not valid YAML: map keys must be unique'],
  ['listen: [1', /^holdfast\.yaml:\d+:\d+: is not valid YAML: flow sequence/],
  ['- a', 'holdfast.yaml:1:1: must be a map of settings, such as `listen: 127.0.0.1:8080`'],
  ['just text', 'holdfast.yaml:1:1: must be a map of settings, such as `listen: 127.0.0.1:8080`'],
  ['? {a: 1}\n: 2', 'holdfast.yaml:1:3: has a key that is not a plain name'],
  ['__proto__: {a: 1}', 'holdfast.yaml:1:1: has a key that is not a plain name'],
  ['log: &a {level: *a}', 'holdfast.yaml:1:17: log.level: refers to itself'],
  ['listen: !!js/function x', /is not valid YAML: unresolved tag/],
  [`x: ${'['.repeat(40)}${']'.repeat(40)}`, /x\.0.*: is nested too deeply/],
  ['x: '.padEnd(20_000, '['), /is not valid YAML|cannot be read as YAML/],
])('%j is refused', (yaml, expected) => {
  const problems = problemsOf(yaml);
  expect(problems).toContainEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
});

test('a file that is not UTF-8 is refused', () => {
  expect(problemsOf(Uint8Array.of(0x61, 0x3a, 0x20, 0xff))).toEqual(['holdfast.yaml: is not UTF-8 text']);
});

test('a named file must be there; the default one need not', () => {
  rmSync(join(cwd, 'holdfast.yaml'), { force: true });
  expect(validateConfig({ flags: {}, env: {}, cwd }).valid).toBe(true);
  expect(validateConfig({ flags: { config: 'other.yaml' }, env: {}, cwd })).toMatchObject({
    problems: [{ where: 'other.yaml', message: 'does not exist' }],
  });
  expect(validateConfig({ flags: {}, env: { HOLDFAST_CONFIG: 'folder' }, cwd })).toMatchObject({
    problems: [{ where: 'folder', message: 'is a folder, not a file' }],
  });
});

test('a flag and a variable are named as the place of their mistakes', () => {
  const env = { HOLDFAST_LOG_LEVEL: 'loud', DB_MAX_OPEN_CONNS: 'x', HOLDFAST_LEASES_TTL: '5' };
  expect(problemsOf('', env, { listen: 'x', role: 'y', auth: false })).toEqual([
    '--listen: listen: "x" is not HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080',
    'DB_MAX_OPEN_CONNS: databasePoolMax: must be a number, not text',
    '--role: role: "y" is not one of all, serve, worker',
    'HOLDFAST_LOG_LEVEL: log.level: "loud" is not one of trace, debug, info, warn, error, fatal',
    'HOLDFAST_LEASES_TTL: leases.ttl: "5" is not a duration; write a number with ms, s, m, h, d or w, such as 30s or 1h30m',
  ]);
  expect(problemsOf('', {}, { auth: false, listen: '[::]:80' })).toEqual([
    '--no-auth: auth: can only be off when listening on loopback, not on ::',
  ]);
});

test('a variable that resembles a setting is refused, one for files alone too, others are only mentioned', () => {
  const env = {
    HOLDFAST_LOG_LEVLE: 'info',
    HOLDFAST_PROBES: '{}',
    GOMAXPROCS: '4',
    HOLDFAST_RUN_ID: 'run_1',
    HOLDFAST_PORT_8080_TCP_ADDR: '10.0.0.1',
    HOLDFAST_SERVICE_HOST: '10.0.0.1',
    HOLDFAST_TOKEN: 'x',
    DB_MAX_IDLE_CONNS: '10',
  };
  expect(problemsOf('', env)).toEqual([
    'GOMAXPROCS: is a setting of Go programs and does nothing here; use HOLDFAST_WORKER_CONCURRENCY',
    'HOLDFAST_LOG_LEVLE: is not a setting; did you mean HOLDFAST_LOG_LEVEL?',
    'HOLDFAST_PROBES: probes: can only be written in the configuration file',
  ]);
  const { HOLDFAST_LOG_LEVLE: _a, HOLDFAST_PROBES: _b, GOMAXPROCS: _c, ...harmless } = env;
  expect(validateConfig({ flags: {}, env: harmless, cwd }).warnings).toEqual([
    'DB_MAX_IDLE_CONNS is accepted and has no effect',
    'HOLDFAST_RUN_ID is not a setting and has no effect',
  ]);
});

test('all problems are told at once, in the order of the file, in one error', () => {
  writeFileSync(join(cwd, 'holdfast.yaml'), 'role: server\nlog: {lvl: x}\nprobes:\n  p: {kind: tcp}\n');
  expect(() => loadConfig({ flags: { listen: 'x' }, env: {}, cwd })).toThrow(
    expect.objectContaining({
      name: 'HoldfastError',
      code: 'config.invalid',
      kind: 'invalid',
      message: [
        'the configuration is not valid, 4 problems:',
        '  holdfast.yaml:1:7: role: "server" is not one of all, serve, worker; did you mean serve?',
        '  holdfast.yaml:2:7: log.lvl: is not a setting; did you mean level?',
        '  holdfast.yaml:4:6: probes.p.address: is required',
        '  --listen: listen: "x" is not HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080',
      ].join('\n'),
    }),
  );
});

test('a secret this user may not read is named', ({ skip }) => {
  skip(process.getuid?.() === 0, 'root may read every file');
  writeFileSync(join(cwd, 'closed'), 'postgres://x/y');
  chmodSync(join(cwd, 'closed'), 0);
  expect(problemsOf('databaseUrlFile: closed')).toEqual([
    `holdfast.yaml:1:18: databaseUrlFile: ${join(cwd, 'closed')} may not be read by this user`,
  ]);
});
