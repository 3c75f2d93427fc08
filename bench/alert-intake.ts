import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { report } from './report.ts';

// Alerts taken per second: in batches of 500 and one by one, ours (stored before the answer) beside the real Alertmanager
// (kept in memory), in turn. HOLDFAST_BENCH_ALERTMANAGER names the rival's binary; Debian's is found by itself.

const LAUNCHER = fileURLToPath(new URL('../bin/holdfast.js', import.meta.url));
const CONFIG = `
route: { receiver: nobody, group_by: [alertname], group_wait: 1h, group_interval: 1h }
receivers: [{ name: nobody }]
`;
const BATCH = 500;
const SERIES = 20_000;
const BATCH_LANES = 4;
const SINGLE_LANES = 16;
const PHASE_MS = 8_000;
const ROUNDS = 3;
const MEMORY_ALERTS = 100_000;

type Rival = { name: string; file: string; args: string[] };
type Running = { port: number; child: ChildProcess; rssBytes(): number };

async function start(rival: Rival, folder: string): Promise<Running> {
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(config, CONFIG);
  const flags = ['--config.file', config, '--storage.path', folder, '--web.listen-address', '127.0.0.1:0'];
  const child = spawn(rival.file, [...rival.args, ...flags, '--cluster.listen-address='], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /Listening on.*address=\S*?:(\d+)/.exec(line)?.[1];
      if (found) resolve(Number(found));
    });
    child.once('exit', (code) => reject(new Error(`${rival.name} ended with ${code}`)));
  });
  const rssBytes = () =>
    1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0);
  return { port, child, rssBytes };
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function post(port: number, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        agent,
        method: 'POST',
        path: '/api/v2/alerts',
        headers: { 'content-type': 'application/json' },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`))));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

const alertAt = (index: number) => ({
  labels: { alertname: `A${index % 20}`, instance: `host-${index % SERIES}`, job: 'node', severity: 'page' },
  annotations: { summary: 'The disk of this host fills within four hours', runbook: 'https://example.org/runbook' },
  generatorURL: 'http://prometheus.example.org/graph?g0.expr=disk',
});

/** Bodies made beforehand: what is measured is the server, not this process. */
const BATCHES = Array.from({ length: SERIES / BATCH }, (_, batch) =>
  JSON.stringify(Array.from({ length: BATCH }, (_, index) => alertAt(batch * BATCH + index))),
);
const SINGLES = Array.from({ length: 2_000 }, (_, index) => JSON.stringify([alertAt(index)]));

async function perSecond(port: number, bodies: readonly string[], lanes: number, each: number): Promise<number> {
  let next = 0;
  const until = performance.now() + PHASE_MS;
  const startedAt = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (performance.now() < until) {
        await post(port, bodies[next++ % bodies.length] ?? '');
        done += each;
      }
    }),
  );
  return done / ((performance.now() - startedAt) / 1_000);
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const rivalFile =
  process.env['HOLDFAST_BENCH_ALERTMANAGER'] ??
  spawnSync('sh', ['-c', 'command -v prometheus-alertmanager']).stdout.toString().trim();
const rivals: Rival[] = [{ name: 'Holdfast (stored)', file: process.execPath, args: [LAUNCHER, 'alertmanager'] }];
if (rivalFile) rivals.push({ name: 'Alertmanager (in memory)', file: rivalFile, args: [] });

const batches = new Map<string, number[]>();
const singles = new Map<string, number[]>();
const memory = new Map<string, number>();
for (let round = 0; round < ROUNDS; round += 1) {
  for (const rival of rivals) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
    const server = await start(rival, folder);
    try {
      for (const body of BATCHES) await post(server.port, body);
      const note = (into: Map<string, number[]>, value: number) =>
        into.set(rival.name, [...(into.get(rival.name) ?? []), value]);
      note(batches, await perSecond(server.port, BATCHES, BATCH_LANES, BATCH));
      note(singles, await perSecond(server.port, SINGLES, SINGLE_LANES, 1));
      if (round === 0) {
        for (let from = SERIES; from < MEMORY_ALERTS + SERIES; from += BATCH) {
          const more = Array.from({ length: BATCH }, (_, index) => {
            const alert = alertAt(from + index);
            return { ...alert, labels: { ...alert.labels, instance: `more-${from + index}` } };
          });
          await post(server.port, JSON.stringify(more));
        }
        memory.set(rival.name, server.rssBytes());
      }
    } finally {
      server.child.kill('SIGTERM');
      await new Promise((resolve) => server.child.once('close', resolve));
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
agent.destroy();
const figures = (of: Map<string, number[]>, unit: string, bar: string) =>
  [...of].map(([name, values], index) => ({ name, value: median(values), unit, ...(index === 0 ? { bar } : {}) }));
report('alert intake in batches of 500', figures(batches, 'alerts/s', '> Alertmanager'));
report('alert intake one by one', figures(singles, 'POST/s', '> Alertmanager'));
report(
  'memory with 120,000 active alerts',
  [...memory].map(([name, value]) => ({ name, value: value / 1e6, unit: 'MB' })),
);
