import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../test/harness/postgres.ts';
import type { ProbeSpec } from '../probe-spec.ts';
import { createRunCheck } from '../run-check.ts';

const COMMON = {
  name: 'p',
  title: 'P',
  intervalMs: 1_000,
  timeoutMs: 300,
  failures: 1,
  successes: 1,
  severity: 2 as const,
  labels: {},
};
const HTTP = { ...COMMON, kind: 'http' as const, method: 'GET', headers: {}, expectStatus: [], bodyContains: null };

let folder: string;
let database: TestDatabase;
let sleeper: ChildProcess;
const server = createServer((request, response) => {
  const status = Number(request.url?.slice(1));
  if (request.url === '/slow') return;
  response.writeHead(status || 200).end(request.headers['x-key'] === 'k' ? 'with key' : 'all is well');
});
const silent = createTcpServer(() => {});
let base = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-checks-'));
  database = await createTestDatabase({ empty: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sleeper = spawn('sleep', ['61.2345']);
});
afterAll(() => {
  sleeper.kill();
  server.closeAllConnections();
  server.close();
  silent.close();
  rmSync(folder, { recursive: true });
});

async function look(spec: ProbeSpec) {
  const runCheck = createRunCheck({
    targetUrl: (name) => (name === 'shop-db' ? database.connectionString : null),
    environment: { PATH: process.env['PATH'], SECRET: 'not for probes' },
  });
  const { durationMs, ...answer } = await runCheck(spec, new AbortController().signal);
  expect(durationMs).toBeGreaterThanOrEqual(0);
  return answer;
}

describe('an http probe', () => {
  it.each([
    ['a good answer', { url: '' }, true, 'HTTP 200'],
    ['a redirect that leads nowhere', { url: '/302' }, true, 'HTTP 302'],
    ['a bad status', { url: '/503' }, false, 'HTTP 503 from BASE/503'],
    ['a status that is expected', { url: '/503', expectStatus: [503] }, true, 'HTTP 503'],
    ['a body without the words', { url: '', bodyContains: 'green' }, false, 'HTTP 200, but the body lacks "green"'],
    ['a body with them', { url: '', bodyContains: 'well' }, true, 'HTTP 200'],
    ['its own headers', { url: '', headers: { 'x-key': 'k' }, bodyContains: 'with key' }, true, 'HTTP 200'],
    ['no answer in time', { url: '/slow' }, false, 'no answer from BASE/slow within 300 ms'],
  ])('judges %s', async (_what, { url, ...rest }, healthy, reason) => {
    expect(await look({ ...HTTP, ...rest, url: `${base}${url}` })).toEqual({
      healthy,
      reason: reason.replace('BASE', base),
    });
  });

  it('says where it could not connect', async () => {
    expect(await look({ ...HTTP, url: 'http://127.0.0.1:1/' })).toEqual({
      healthy: false,
      reason: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/: connect ECONNREFUSED/),
    });
    expect((await look({ ...HTTP, url: 'http://169.254.169.254/' })).reason).toContain('metadata address');
  });
});

describe('a tcp probe', () => {
  const tcp = (port: number, host = '127.0.0.1') => look({ ...COMMON, kind: 'tcp', host, port });
  it('asks whether a connection is accepted', async () => {
    const { port } = silent.address() as AddressInfo;
    expect(await tcp(port)).toEqual({ healthy: true, reason: `127.0.0.1:${port} accepts connections` });
    expect(await tcp(1)).toEqual({ healthy: false, reason: '127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1' });
    expect((await tcp(80, 'nowhere.invalid')).reason).toContain('nowhere.invalid:80: getaddrinfo');
  });
});

describe('an sql probe', () => {
  const sql = (query: string, rest: { expect?: string; target?: string } = {}) =>
    look({ ...COMMON, kind: 'sql', target: rest.target ?? 'shop-db', query, expect: rest.expect ?? null });
  it.each([
    ['select true', {}, true, 'answered true'],
    ['select 1 where false', {}, true, 'answered'],
    ['select false', {}, false, 'answered false'],
    ['select null', {}, false, 'answered null'],
    ['select 3', { expect: '3' }, true, 'answered 3'],
    ['select 4', { expect: '3' }, false, 'answered 4, expected 3'],
    ['select * from nowhere', {}, false, 'shop-db: relation "nowhere" does not exist'],
    ['create table x (a int)', {}, false, 'shop-db: cannot execute CREATE TABLE in a read-only transaction'],
    ['select 1', { target: 'other' }, false, 'no target named "other" in the configuration'],
  ])('%s %j', async (query, rest, healthy, reason) => {
    expect(await look({ ...COMMON, kind: 'sql', target: 'shop-db', expect: null, query, ...rest })).toEqual({
      healthy,
      reason,
    });
  });

  it('that takes too long is ended', async () => {
    const answer = await sql('select pg_sleep(20)');
    expect(answer.healthy).toBe(false);
    expect(answer.reason).toMatch(/^shop-db: (canceling statement due to statement timeout|Query read timeout)/);
  });
});

describe('a process probe', () => {
  const probe = (rest: { pidFile?: string; match?: string }) =>
    look({ ...COMMON, kind: 'process', pidFile: rest.pidFile ?? null, match: rest.match ?? null });
  const pidFile = (text: string) => {
    const file = join(folder, 'pid');
    writeFileSync(file, text);
    return file;
  };
  it('looks for the process of a pid file', async () => {
    expect(await probe({ pidFile: pidFile(`${sleeper.pid}\n`) })).toEqual({
      healthy: true,
      reason: `process ${sleeper.pid} runs`,
    });
    expect(await probe({ pidFile: pidFile('4194303') })).toMatchObject({
      healthy: false,
      reason: expect.stringContaining('is gone'),
    });
    expect(await probe({ pidFile: pidFile('-1') })).toMatchObject({
      healthy: false,
      reason: expect.stringContaining('holds no pid'),
    });
    expect(await probe({ pidFile: join(folder, 'none') })).toMatchObject({
      healthy: false,
      reason: expect.stringContaining('ENOENT'),
    });
  });

  it('looks for a command line', async () => {
    expect(await probe({ match: 'sleep 61.2345' })).toEqual({ healthy: true, reason: `process ${sleeper.pid} runs` });
    expect(await probe({ match: 'no such thing runs here' })).toEqual({
      healthy: false,
      reason: 'no process matches "no such thing runs here"',
    });
  });
});

describe('a command probe', () => {
  const command = (...words: [string, ...string[]]) => look({ ...COMMON, kind: 'command', command: words });
  it('goes by the exit code, and says what the command said', async () => {
    expect(await command('true')).toEqual({ healthy: true, reason: 'exit code 0' });
    expect(await command('echo', 'fine; rm -rf /')).toEqual({ healthy: true, reason: 'fine; rm -rf /' });
    expect(await command('sh', '-c', 'echo broken >&2; exit 3')).toEqual({
      healthy: false,
      reason: 'exit code 3: broken',
    });
    expect((await command('/no/such/command')).reason).toContain('ENOENT');
    expect(await command('sleep', '20')).toEqual({ healthy: false, reason: 'not done within 300 ms' });
  });

  it('sees no secret of ours', async () => {
    expect((await command('env')).reason).not.toContain('not for probes');
  });
});
