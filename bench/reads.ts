import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { openOwnDatabase } from './own-database.ts';
import { report } from './report.ts';

// Authenticated GET /api/v1/incidents/{id} from the database: requests per CPU-second of the server process, and the
// latency at half that load. Beside it, in the same run: bare Fastify with pg that reads one row and sends it.

const LAUNCHER = fileURLToPath(new URL('../bin/holdfast.js', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONNECTIONS = 16;
const SATURATE_MS = 6_000;
const PACED_MS = 6_000;
const CLOCK_TICKS_PER_SECOND = 100;

const BARE = `
import { fastify } from 'fastify'; import pg from 'pg';
const pool = new pg.Pool({ connectionString: process.env.DATABASE, max: 25 }); const app = fastify();
app.get('/api/v1/incidents/:id', async (request) => (await pool.query({ name: 'one', text: 'select * from incidents where id = $1', values: [request.params.id] })).rows[0]);
const address = await app.listen({ port: 0, host: '127.0.0.1' }); console.error(JSON.stringify({ msg: 'listening', address }));`;

type Server = { child: ChildProcess; address: string };

async function startServer(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Server> {
  const child = spawn(process.execPath, [...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.includes('"msg":"listening"')) resolve(String((JSON.parse(line) as { address: string }).address));
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return { child, address };
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

type Load = { requests: number; seconds: number; perCpuSecond: number; p50Ms: number; p99Ms: number };

/** @param perSecond null sends as fast as answers come */
async function load(
  server: Server,
  path: string,
  token: string,
  perSecond: number | null,
  durationMs: number,
): Promise<Load> {
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  const latencies: number[] = [];
  const cpuBefore = cpuSeconds(server.child.pid ?? 0);
  const startedAt = performance.now();
  let sent = 0;
  const one = async () => {
    const at = performance.now();
    const answer = await request(`${server.address}${path}`, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}` },
    });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`);
    latencies.push(performance.now() - at);
  };
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() - startedAt < durationMs) {
        if (perSecond !== null) {
          const dueMs = (sent++ / perSecond) * 1_000;
          const waitMs = dueMs - (performance.now() - startedAt);
          if (waitMs > 1) await sleep(waitMs);
        }
        await one();
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = cpuSeconds(server.child.pid ?? 0) - cpuBefore;
  await agent.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { requests: latencies.length, seconds, perCpuSecond: latencies.length / cpu, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const own = await openOwnDatabase(4);
const servers: Server[] = [];
try {
  const config = join(folder, 'holdfast.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      data: join(folder, 'data'),
      listen: '127.0.0.1:0',
      databaseUrl: own.connectionString,
      rateLimits: { globalRps: 1e6, globalBurst: 1e6, clientRps: 1e6 },
      log: { level: 'warn' },
    }),
  );
  const holdfast = await startServer(
    [LAUNCHER, 'serve', '--config', config, '--stop-with-stdin', '--log-level', 'info'],
    {},
  );
  servers.push(holdfast);
  const local = readFileSync(join(folder, 'data', 'cli-token'), 'utf8').trim();
  const call = async (path: string, body: object) => {
    const answer = await fetch(`${holdfast.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${local}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as { id: string; secret?: string; token?: string; key?: string };
  };
  const incident = await call('/api/v1/incidents', { title: 'Orders are slow', severity: 2 });
  const key = await call('/api/v1/keys', { name: 'bench', role: 'viewer' });
  const secret =
    Object.values(key).find((value): value is string => typeof value === 'string' && value.startsWith('hf_')) ?? '';
  const path = `/api/v1/incidents/${incident.id}`;
  await load(holdfast, path, secret, null, 1_500);
  const full = await load(holdfast, path, secret, null, SATURATE_MS);
  const half = await load(holdfast, path, secret, full.requests / full.seconds / 2, PACED_MS);
  const bare = await startServer(['--input-type=module', '-e', BARE], { DATABASE: own.connectionString });
  servers.push(bare);
  await load(bare, path, '', null, 1_000);
  const bareFull = await load(bare, path, '', null, SATURATE_MS);
  const bareHalf = await load(bare, path, '', bareFull.requests / bareFull.seconds / 2, PACED_MS);
  report(
    'authenticated reads',
    [
      {
        name: 'Holdfast, incident with findings, runs, pages',
        value: full.perCpuSecond,
        unit: 'requests per CPU-second',
        bar: '5,000',
      },
      {
        name: 'bare Fastify + pg, one row, no authentication',
        value: bareFull.perCpuSecond,
        unit: 'requests per CPU-second',
      },
    ],
    { full, half, bareFull, bareHalf },
  );
  report('read latency at half load', [
    { name: `Holdfast p99 (p50 ${half.p50Ms.toFixed(2)} ms)`, value: half.p99Ms, unit: 'ms', bar: '≤ 20' },
    { name: `bare Fastify + pg p99 (p50 ${bareHalf.p50Ms.toFixed(2)} ms)`, value: bareHalf.p99Ms, unit: 'ms' },
  ]);
} finally {
  for (const { child } of servers) {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin?.end();
    if (child.spawnargs.includes('-e')) child.kill();
    await ended;
  }
  await own.close();
  rmSync(folder, { recursive: true, force: true });
}
