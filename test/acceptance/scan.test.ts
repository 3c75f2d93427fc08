import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { generateLog } from '../harness/generate-log.ts';
import { requireServer } from '../harness/require-server.ts';
import { type CliOptions, runHoldfast } from './cli-process.ts';

// What scripts rely on in `holdfast scan`: every line of its output, its digest, its exit codes.

vi.setConfig({ testTimeout: 90_000 });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LINES = generateLog({ seed: 11, events: 1400, faultEvery: 120 }).map(({ line }) => line);
const file = (name: string, lines: readonly string[], ending = '\n') => {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}${ending}`).join(''));
  return path;
};
const log = file('app.log', LINES);

const scan = (args: string[], options: Partial<CliOptions> = {}) =>
  runHoldfast(['scan', ...args], { cwd: folder, ...options });

type EventLine = {
  kind: 'event';
  n: number;
  bits: number;
  score: number;
  p: number | null;
  state: string;
  anomaly: boolean;
  spans: { from: number; to: number; bits: number; text: string }[];
  template: string;
};
type Summary = { kind: 'summary'; events: number; bytes: number; anomalies: number; digest: string };

async function scanned(args: string[], options: Partial<CliOptions> = {}) {
  const { code, stdout, stderr } = await scan([...args, '--json'], options);
  expect(stderr).toBe('');
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string });
  const summary = lines.at(-1) as Summary;
  expect(summary.kind).toBe('summary');
  return {
    code,
    events: lines.filter((line): line is EventLine => line.kind === 'event'),
    windows: lines.filter(({ kind }) => kind === 'window') as unknown as { n: number; from: number; to: number }[],
    kinds: lines.map(({ kind }) => kind),
    summary,
  };
}

const digestOf = (events: readonly EventLine[]) =>
  createHash('sha256')
    .update(events.map(({ n, score, p, anomaly }) => `${n} ${score} ${p} ${anomaly}\n`).join(''))
    .digest('hex');

const verdictOf = ({ score, p, anomaly, bits }: EventLine) => ({ score, p, anomaly, bits });

describe('holdfast scan', () => {
  it('says of every event what was promised, and a digest anyone can compute again', async () => {
    const { code, events, summary } = await scanned([log]);
    expect(code).toBe(0);
    expect(events.map(({ n }) => n)).toEqual(LINES.map((_, index) => index + 1));
    for (const [index, event] of events.entries()) {
      expect(event.state).toBe(event.n < 450 ? 'warming' : 'active');
      expect(event.p === null).toBe(event.state === 'warming');
      expect(event.anomaly).toBe(event.p !== null && event.p <= 0.01);
      const sum = event.spans.reduce((total, { bits }) => total + bits, 0);
      expect(Math.abs(sum - event.bits)).toBeLessThan(0.011);
      for (const { from, to, text } of event.spans) expect(LINES[index]!.slice(from, to)).toBe(text);
      expect(event.template).not.toBe('');
    }
    expect(summary).toMatchObject({
      events: LINES.length,
      bytes: readFileSync(log).length,
      anomalies: events.filter(({ anomaly }) => anomaly).length,
      digest: digestOf(events),
    });
    expect(summary.anomalies).toBeGreaterThan(0);
  });

  it('gives the same digest however the lines come in, and however few are printed', async () => {
    const { digest } = (await scanned([log])).summary;
    const text = readFileSync(log, 'utf8');
    const packed = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const ways = await Promise.all([
      scanned(['-'], { input: text }),
      scanned([log, '--only', 'anomalies']),
      scanned([log, '--stats']),
      scanned([file('crlf.log', LINES, '\r\n')]),
      scanned([file('gaps.log', LINES, '\n\n')]),
      scanned(['-'], { input: text.trimEnd() }),
      scanned([log, '--windows', '50/25']),
      scanned([packed('app.log.gz', gzipSync(text))]),
      scanned([packed('app.log.zst', zstdCompressSync(text))]),
    ]);
    for (const { summary } of ways) expect(summary.digest).toBe(digest);
    expect(ways[1]!.events.every(({ anomaly }) => anomaly)).toBe(true);
    expect(ways[1]!.events).toHaveLength(ways[1]!.summary.anomalies);
    expect(ways[2]!.events).toHaveLength(0);
  });

  it('judges by a baseline alone: every event for itself, active from the first', async () => {
    const baseline = file('yesterday.log', LINES.slice(0, 700));
    const today = LINES.slice(700);
    const forward = await scanned([file('today.log', today), '--baseline', baseline]);
    const backward = await scanned([file('backward.log', today.toReversed()), '--baseline', baseline]);
    expect(forward.events.map(verdictOf)).toEqual(backward.events.toReversed().map(verdictOf));
    expect(forward.events[0]).toMatchObject({ n: 1, state: 'active' });
    expect(forward.summary).toMatchObject({
      events: today.length,
      bytes: readFileSync(join(folder, 'today.log')).length,
    });
  });

  it('with --learn says what one run over both files says', async () => {
    const parts = [LINES.slice(0, 500), LINES.slice(500, 800), LINES.slice(800)] as const;
    const [first, second, third] = parts.map((lines, index) => file(`part-${index}.log`, lines));
    const whole = await scanned([log]);
    const learned = await scanned([third!, '--baseline', first!, '--baseline', second!, '--learn']);
    expect(learned.events.map(verdictOf)).toEqual(whole.events.slice(800).map(verdictOf));
  });

  it('judges the message of lines written as JSON, whatever its name, and other lines as they are', async () => {
    const names = ['message', 'msg', 'log', 'MESSAGE'];
    const wrapped = LINES.map((line, index) =>
      index % 50 === 7 ? line : JSON.stringify({ time: index, [names[index % 4]!]: `${line}\n`, level: 'info' }),
    );
    const { digest } = (await scanned([log])).summary;
    const written = file('wrapped.log', wrapped);
    expect((await scanned([written, '--format', 'json'])).summary.digest).toBe(digest);
    expect((await scanned([written])).summary.digest).not.toBe(digest);
    const odd = file('odd.jsonl', [
      '{"a":1}',
      '{"message":7}',
      '{"message":" "}',
      '{',
      '[]',
      'null',
      '{"message":"x"}',
    ]);
    expect((await scanned([odd, '--format', 'json'])).events).toHaveLength(7);
    expect(await scan([log, '--format', 'xml'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('text, json'),
    });
  });

  it('puts windows between the events they end with', async () => {
    const { kinds, windows } = await scanned([log, '--windows', '60/30']);
    expect(windows.map(({ from, to }) => [from, to])).toEqual(
      windows.map((_, index) => [index * 30 + 1, index * 30 + 60]),
    );
    expect(kinds.indexOf('window')).toBe(60);
    expect(windows[0]).toMatchObject({
      p: null,
      ncd: expect.any(Number),
      ratio: expect.any(Number),
      entropy: expect.any(Number),
    });
    const last = windows.at(-1) as unknown as { p: number; channels: Record<string, number> };
    expect(Object.keys(last.channels)).toEqual(['novelty', 'top', 'frequency', 'values']);
    expect(last.p).toBeGreaterThan(0);
  });

  it('shows a person the anomalies only, lit, with what would have been usual', async () => {
    const { code, stdout, stderr } = await scan([log]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/»\w+«/);
    expect(stdout).toContain('nearest known: ');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^1400 events, \d+ anomalies \(\d+\.\d\d %\), .* MB\/s, digest [0-9a-f]{16}$/,
    );
    const colored = await scan([log], { environment: { FORCE_COLOR: '1' } });
    expect(colored.stdout).toContain('\u001b[');
    expect(colored.stdout).not.toContain('»');
  });

  it('has exit codes for scripts, and says what is wrong with what it cannot read', async () => {
    expect(await scan([log, '--fail-on', 'anomaly', '--quiet'])).toMatchObject({ code: 1 });
    expect(await scan([file('calm.log', LINES.slice(0, 300)), '--fail-on', 'anomaly'])).toMatchObject({ code: 0 });
    expect(await scan(['no-such.log'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no-such.log can’t be read'),
    });
    expect(await scan([folder])).toMatchObject({ code: 2, stderr: expect.stringContaining('can’t be read') });
    const long = file('long.log', ['fine', 'x'.repeat(10_000_000), 'fine']);
    expect(await scan([long])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('long.log, line 2: longer than'),
    });
    const torn = join(folder, 'torn.log.gz');
    writeFileSync(torn, gzipSync('some lines\n'.repeat(9999)).subarray(0, 60));
    expect(await scan([torn])).toMatchObject({ code: 2, stderr: expect.stringContaining('torn.log.gz can’t be read') });
    expect(await scan([log, '--windows', '50/7'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('multiple of the hop'),
    });
    expect(await scan([log, '--alpha', '2'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('between 0 and 1'),
    });
    expect(await scan([log, '--learn'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--baseline') });
  });

  it('takes whatever bytes there are: NUL, broken UTF-8, nothing', async () => {
    const odd = join(folder, 'odd.log');
    writeFileSync(
      odd,
      Buffer.concat([Buffer.from('a\u0000b c\n'), Buffer.of(0xff, 0xfe, 0x80, 10), Buffer.from('\n\nend')]),
    );
    expect((await scanned([odd])).events).toHaveLength(3);
    expect((await scanned([file('empty.log', [])])).summary).toMatchObject({ events: 0, anomalies: 0 });
  });

  it('follows a file that grows and is replaced, until it is stopped', async () => {
    const growing = file('growing.log', LINES.slice(0, 3));
    const child = spawn(
      fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url)),
      [fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url)), 'scan', growing, '--follow', '--json'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const output = createInterface({ input: child.stdout });
    const seen: { kind: string; n?: number; events?: number }[] = [];
    let told = () => {};
    output.on('line', (line) => {
      seen.push(JSON.parse(line) as { kind: string });
      told();
    });
    const until = async (count: number) => {
      while (seen.length < count) await new Promise<void>((resolve) => (told = resolve));
    };
    await until(3);
    appendFileSync(growing, `${LINES[3]}\n${LINES[4]}`);
    await until(4);
    appendFileSync(growing, ' and its end\n');
    await until(5);
    renameSync(growing, `${growing}.1`);
    writeFileSync(growing, `${LINES[5]}\n`);
    await until(6);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    await until(7);
    expect(seen.at(-1)).toMatchObject({ kind: 'summary', events: 6 });
  });

  it('gives the same digest under another Node', async (context) => {
    const otherNode = process.env['HOLDFAST_TEST_NODE_22'] ?? '';
    const there = await requireServer('node-22', () => (otherNode === '' ? 'HOLDFAST_TEST_NODE_22 names none' : null));
    there.skipUnlessThere(context);
    const source = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
    const version = execFileSync(otherNode, ['--version'], { encoding: 'utf8' });
    expect(version).toMatch(/^v22\./);
    const run = (args: string[]) =>
      execFileSync(otherNode, [source, 'scan', ...args, '--json'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    const { stdout } = await scan([log, '--windows', '50/25', '--json']);
    const withoutTimes = (text: string) => text.replace(/"seconds".*?"anomalies"/, '"anomalies"');
    expect(withoutTimes(run([log, '--windows', '50/25']))).toBe(withoutTimes(stdout));
  });

  it('keeps signed evidence that another machine can check', async () => {
    const key = join(folder, 'evidence.pem');
    expect(await runHoldfast(['anomaly', 'keygen', key], { cwd: folder })).toMatchObject({ code: 0 });
    expect(await runHoldfast(['anomaly', 'keygen', key], { cwd: folder })).toMatchObject({ code: 2 });
    const bundles = join(folder, 'evidence');
    const { summary, events } = await scanned([log, '--evidence', bundles, '--key', key]);
    const names = readdirSync(bundles);
    expect(names).toHaveLength(summary.anomalies);
    const strange = events.find(({ anomaly }) => anomaly)!;
    const bundle = join(bundles, `app.log-${String(strange.n).padStart(6, '0')}.json`);
    const verify = (path: string) =>
      runHoldfast(['anomaly', 'verify', path, '--key', `${key}.pub`, '--json'], { cwd: folder });
    const good = await verify(bundle);
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({
      ok: true,
      verdict: { n: strange.n, score: strange.score, p: strange.p, explanation: { spans: strange.spans } },
    });
    const changed = join(folder, 'changed.json');
    writeFileSync(changed, readFileSync(bundle, 'utf8').replace(/"n":(\d)/, '"n":9$1'));
    expect(await verify(changed)).toMatchObject({ code: 1 });
    expect(await scan([log, '--evidence', bundles])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--key'),
    });
  });

  it('reads a series from CSV, each row judged from those before it', async () => {
    const rows = Array.from({ length: 900 }, (_, i) => {
      const at = new Date(Date.UTC(2024, 0, 1) + i * 300_000).toISOString();
      return `${at},${i === 850 ? 900 : 50 + ((i * 7919) % 11)}`;
    });
    const csv = file('cpu.csv', ['timestamp,value', ...rows]);
    const points = async (path: string) => {
      const { stdout } = await scan([path, '--metric', '--json']);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    const whole = await points(csv);
    expect(Object.keys(whole[0]!)).toEqual(['kind', 'n', 'timestamp', 'value', 'score', 'p', 'expected']);
    expect(whole[0]).toMatchObject({ kind: 'point', n: 1, timestamp: rows[0]!.split(',')[0], value: 50 });
    for (const { score } of whole.slice(0, -1)) expect(Number(score) >= 0 && Number(score) <= 1).toBe(true);
    const spike = whole[850]!;
    expect(Number(spike['p'])).toBeLessThanOrEqual(0.01);
    const cut = await points(file('cut.csv', ['timestamp,value', ...rows.slice(0, 600)]));
    expect(cut.slice(0, -1)).toEqual(whole.slice(0, 600));
    expect(await scan([log, '--metric'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('line 1, column 1'),
    });
    expect(await scan([csv, '--metric', '--windows', '50'])).toMatchObject({ code: 2 });
  });
});
