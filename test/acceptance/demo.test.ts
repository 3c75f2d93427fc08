import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));
const DEMO_LIMIT_MS = 180_000;
const base = mkdtempSync(join(tmpdir(), 'holdfast demo-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

type Line = { at: string; kind: string; text: string };
type Demo = {
  child: ChildProcess;
  lines: Line[];
  until(kind: string): Promise<void>;
  ended: Promise<{ code: number | null; stderr: string }>;
};

function startDemo(cwd: string): Demo {
  const child = spawn(process.execPath, [LAUNCHER, 'demo', '--once', '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  const lines: Line[] = [];
  const waiting: { kind: string; resolve: () => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    for (const entry of waiting) if (entry.kind === line.kind) entry.resolve();
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stderr })),
  );
  return {
    child,
    lines,
    ended,
    until: (kind) =>
      new Promise((resolve, reject) => {
        if (lines.some((line) => line.kind === kind)) return resolve();
        waiting.push({ kind, resolve });
        void ended.then(({ code, stderr: said }) => reject(new Error(`ended with ${code} before ${kind}: ${said}`)));
      }),
  };
}

/** Processes whose command line or working folder names this folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(folder) ? [`${entry} ${line}`] : [];
      } catch {
        return [];
      }
    });
}

const ORDER: readonly [before: string, after: string][] = [
  ['service.healthy', 'service.broken'],
  ['service.broken', 'probe.failed'],
  ['probe.failed', 'finding.opened'],
  ['finding.opened', 'incident.opened'],
  ['incident.opened', 'page.sent'],
  ['incident.opened', 'run.started'],
  ['run.started', 'approval.requested'],
  ['approval.requested', 'approval.granted'],
  ['approval.granted', 'step.succeeded'],
  ['step.succeeded', 'run.succeeded'],
  ['run.succeeded', 'incident.resolved'],
  ['approval.granted', 'probe.recovered'],
  ['probe.recovered', 'incident.resolved'],
];

function expectWholeStory(lines: readonly Line[]): void {
  const kinds = lines.map((line) => line.kind);
  for (const [before, after] of ORDER) {
    expect(kinds, `${before} comes`).toContain(before);
    expect(kinds.indexOf(before), `${before} before ${after}`).toBeLessThan(kinds.lastIndexOf(after));
  }
  for (const line of lines)
    expect(line).toMatchObject({
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      kind: expect.any(String),
      text: expect.any(String),
    });
}

describe('the demo', () => {
  it(
    'breaks a real service, sees it repaired and verified, and leaves nothing behind',
    async () => {
      const folder = join(base, 'whole story');
      mkdirSync(folder);
      const demo = startDemo(folder);
      const { code, stderr } = await demo.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expectWholeStory(demo.lines);
      expect(readdirSync(folder)).toEqual([]);
      expect(processesOf(folder)).toEqual([]);
    },
    DEMO_LIMIT_MS,
  );

  it(
    'ends on Ctrl-C with everything it started',
    async () => {
      const folder = join(base, 'interrupted');
      mkdirSync(folder);
      const demo = startDemo(folder);
      await demo.until('service.broken');
      demo.child.kill('SIGINT');
      expect((await demo.ended).code).toBe(130);
      expect(readdirSync(folder)).toEqual([]);
      expect(processesOf(folder)).toEqual([]);
    },
    DEMO_LIMIT_MS,
  );

  it(
    'may be killed at its worst moment: its servers end by themselves and the next run clears up and succeeds',
    async () => {
      const folder = join(base, 'killed');
      mkdirSync(folder);
      const killed = startDemo(folder);
      await killed.until('approval.requested');
      killed.child.kill('SIGKILL');
      await killed.ended;
      const next = startDemo(folder);
      const { code, stderr } = await next.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expectWholeStory(next.lines);
      expect(existsSync(join(folder, 'data'))).toBe(false);
      expect(processesOf(folder)).toEqual([]);
    },
    2 * DEMO_LIMIT_MS,
  );
});
