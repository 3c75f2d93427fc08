import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { report } from './report.ts';

// From the POST of an alert to its notification at a webhook, at 1,000 alerts/s with group_wait 0, every alert a group of
// its own: ours beside the real Alertmanager.

const LAUNCHER = fileURLToPath(new URL('../bin/holdfast.js', import.meta.url));
const ALERTS_PER_SECOND = 1_000;
const ALERTS_PER_POST = 10;
const SECONDS = 20;
const SETTLE_MS = 5_000;

const sentAtMs = new Map<string, number>();
const latenciesMs: number[] = [];
const receiver = createServer((asked, answer) => {
  const chunks: Buffer[] = [];
  asked.on('data', (chunk: Buffer) => chunks.push(chunk));
  asked.on('end', () => {
    answer.end();
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { alerts: { labels: Record<string, string> }[] };
    for (const { labels } of body.alerts) {
      const name = labels['n'] ?? '';
      const at = sentAtMs.get(name);
      if (at === undefined) continue;
      latenciesMs.push(performance.now() - at);
      sentAtMs.delete(name);
    }
  });
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const receiverPort = (receiver.address() as AddressInfo).port;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

async function start(
  file: string,
  args: readonly string[],
  folder: string,
): Promise<{ port: number; child: ChildProcess }> {
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(
    config,
    `route: { receiver: ops, group_by: ['...'], group_wait: 0s, group_interval: 1h }
receivers: [{ name: ops, webhook_configs: [{ url: 'http://127.0.0.1:${receiverPort}/' }] }]`,
  );
  const flags = ['--config.file', config, '--storage.path', folder, '--web.listen-address', '127.0.0.1:0'];
  const child = spawn(file, [...args, ...flags, '--cluster.listen-address='], { stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /Listening on.*address=\S*?:(\d+)/.exec(line)?.[1];
      if (found) resolve(Number(found));
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return { port, child };
}

function post(port: number, body: string): void {
  const sent = request({
    port,
    host: '127.0.0.1',
    agent,
    method: 'POST',
    path: '/api/v2/alerts',
    headers: { 'content-type': 'application/json' },
  });
  sent.on('response', (answer) => answer.resume());
  sent.on('error', () => {});
  sent.end(body);
}

async function measure(file: string, args: readonly string[]): Promise<{ p50: number; p99: number; missing: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const server = await start(file, args, folder);
  sentAtMs.clear();
  latenciesMs.length = 0;
  const startedAt = performance.now();
  let posted = 0;
  const posts = (ALERTS_PER_SECOND / ALERTS_PER_POST) * SECONDS;
  for (let index = 0; index < posts; index += 1) {
    const dueMs = startedAt + (index * 1_000 * ALERTS_PER_POST) / ALERTS_PER_SECOND;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
    const alerts = Array.from({ length: ALERTS_PER_POST }, () => {
      const n = `${startedAt}-${posted++}`;
      sentAtMs.set(n, performance.now());
      return { labels: { alertname: 'Bench', n }, endsAt: '2099-01-01T00:00:00Z' };
    });
    post(server.port, JSON.stringify(alerts));
  }
  await sleep(SETTLE_MS);
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  const figures = { p50: at(0.5), p99: at(0.99), missing: sentAtMs.size };
  server.child.kill('SIGTERM');
  await new Promise((resolve) => server.child.once('close', resolve));
  rmSync(folder, { recursive: true, force: true });
  return figures;
}

const rivalFile =
  process.env['HOLDFAST_BENCH_ALERTMANAGER'] ??
  spawnSync('sh', ['-c', 'command -v prometheus-alertmanager']).stdout.toString().trim();
const ours = await measure(process.execPath, [LAUNCHER, 'alertmanager']);
const theirs = rivalFile === '' ? null : await measure(rivalFile, []);
const rows = (share: 'p50' | 'p99', bar: string) => [
  { name: 'Holdfast (stored)', value: ours[share], unit: 'ms', bar },
  ...(theirs ? [{ name: 'Alertmanager (in memory)', value: theirs[share], unit: 'ms' }] : []),
];
report('alert to page at 1,000 alerts per second, p50', rows('p50', '≤ 100'), { missing: ours.missing });
report('alert to page at 1,000 alerts per second, p99', rows('p99', '≤ 1,000'), { missing: ours.missing });
if (ours.missing > 0) process.stdout.write(`  ${ours.missing} were not told within the time\n`);
agent.destroy();
receiver.close();
receiver.closeAllConnections();
