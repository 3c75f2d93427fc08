import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// `npm run bench [name…]`: each bench in a process of its own, one after the other; JSON is kept in bench/results/.

const BENCHES = [
  'start-up',
  'reads',
  'run-steps',
  'waiting-runs',
  'parse-runbooks',
  'alert-intake',
  'alert-to-page',
  'escalations',
  'anomaly-faults',
  'anomaly-false-alarms',
  'anomaly-speed',
  'anomaly-day',
  'nab',
  'telemetry',
] as const;

const wanted = process.argv.slice(2);
for (const bench of BENCHES) {
  if (wanted.length > 0 && !wanted.includes(bench)) continue;
  const ended = spawnSync(process.execPath, [fileURLToPath(new URL(`./${bench}.ts`, import.meta.url))], {
    stdio: 'inherit',
  });
  if (ended.status !== 0) process.exitCode = 1;
}
