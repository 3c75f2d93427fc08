import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { report } from './report.ts';

// From `holdfast serve` to ready (an authenticated read answered), first and later; idle memory. Beside it: bare Fastify.

const LAUNCHER = fileURLToPath(new URL('../bin/holdfast.js', import.meta.url));
const FASTIFY = `import { fastify } from 'fastify'; const app = fastify(); app.get('/', () => ({})); const at = await app.listen({ port: 0 }); console.error(JSON.stringify({ msg: 'listening', address: at }));`;
const LATER_STARTS = 3;
const IDLE_MS = 10_000;

type Started = { readyMs: number; rssBytes: number; stop(): Promise<void> };

async function startProcess(args: readonly string[], idleMs: number): Promise<Started> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  const readyMs = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.includes('"msg":"listening"')) resolve(performance.now() - startedAt);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  await sleep(idleMs);
  const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0);
  return {
    readyMs,
    rssBytes: rssKiB * 1024,
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.stdin.end();
        if (!args.includes('serve')) child.kill();
      }),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
try {
  const serve = [LAUNCHER, 'serve', '--stop-with-stdin', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0'];
  const first = await startProcess(serve, 0);
  await first.stop();
  const later: number[] = [];
  for (let start = 0; start < LATER_STARTS; start += 1) {
    const again = await startProcess(serve, 0);
    later.push(again.readyMs);
    await again.stop();
  }
  const idle = await startProcess(serve, IDLE_MS);
  await idle.stop();
  const bare = await startProcess(['--input-type=module', '-e', FASTIFY], 500);
  await bare.stop();
  later.sort((a, b) => a - b);
  report('start-up', [
    { name: 'Holdfast, first start (makes its database)', value: first.readyMs / 1_000, unit: 's', bar: '≤ 8' },
    { name: 'Holdfast, later starts (median)', value: (later[1] ?? 0) / 1_000, unit: 's', bar: '≤ 2' },
    { name: 'bare Fastify', value: bare.readyMs / 1_000, unit: 's' },
  ]);
  report('idle memory', [
    { name: 'Holdfast without its PostgreSQL', value: idle.rssBytes / 1e6, unit: 'MB', bar: '≤ 200' },
    { name: 'bare Fastify', value: bare.rssBytes / 1e6, unit: 'MB' },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
