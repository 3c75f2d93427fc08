import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { runHoldfast } from '../acceptance/cli-process.ts';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { FAILING_RULES, NEWER_FIELDS, RULES, TEST_FILES, WRONG_RULES } from './rule-test-files.ts';

const promtool = await requireServer('promtool', programOnPath('promtool'));
const PROMTOOL = process.env['HOLDFAST_TEST_PROMTOOL'] ?? 'promtool';
const LIMIT = { timeout: 60_000 };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-rule-tests-'));
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  writeFileSync(join(folder, 'wrong.yaml'), WRONG_RULES);
  writeFileSync(join(folder, 'fails.yaml'), FAILING_RULES);
  for (const [name, content] of Object.entries(TEST_FILES)) writeFileSync(fileOf(name), stringify(content));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string) => join(folder, `test ${name.replaceAll(/[^a-z]/g, ' ')}.yml`);

type Said = { problems: unknown[]; failures: { about: { name: string } | null; atMs: number | null }[] };

describe('holdfast rules test', LIMIT, () => {
  it('says what was expected, what came, and where', async () => {
    const file = fileOf('an alert with other texts');
    const said = await runHoldfast(['rules', 'test', file], { cwd: folder });
    expect(said.code).toBe(1);
    expect(said.stdout).toContain('1 of 1 check failed');
    expect(said.stdout).toContain('alert ManyErrors at 10 min');
    expect(said.stdout).toMatch(/- \{alertname="ManyErrors", job="shop", severity="warning"\} \{summary="wrong"\}/);
    expect(said.stdout).toMatch(/\+ \{alertname="ManyErrors", job="shop", severity="warning"\} \{link=/);
  });

  it('passes quietly, and runs only what is asked for', async () => {
    const passes = await runHoldfast(['rules', 'test', fileOf('a recorded ratio')], { cwd: folder });
    expect({ code: passes.code, said: passes.stdout }).toEqual({
      code: 0,
      said: expect.stringMatching(/1 test, 3 checks/),
    });
    const none = await runHoldfast(['rules', 'test', fileOf('an alert with other texts'), '--run', 'nothing'], {
      cwd: folder,
    });
    expect(none.code).toBe(0);
  });

  it('says that a file would pass with the results of the other Prometheus', async () => {
    const file = join(folder, 'edge.yml');
    const expr = 'count_over_time(up[5m])';
    const promql = [{ expr, eval_time: '10m', exp_samples: [{ labels: '{}', value: 6 }] }];
    writeFileSync(
      file,
      stringify({ tests: [{ input_series: [{ series: 'up', values: '1x20' }], promql_expr_test: promql }] }),
    );
    const said = await runHoldfast(['rules', 'test', file], { cwd: folder });
    expect(said.code).toBe(1);
    expect(said.stderr).toContain('--prometheus 2');
    expect((await runHoldfast(['rules', 'test', file, '--prometheus', '2'], { cwd: folder })).code).toBe(0);
  });

  it('refuses native histograms by name', async () => {
    const file = join(folder, 'histogram.yml');
    writeFileSync(
      file,
      stringify({ tests: [{ input_series: [{ series: 'x', values: '{{schema:0 sum:1 count:1}}' }] }] }),
    );
    const said = await runHoldfast(['rules', 'test', file], { cwd: folder });
    expect(said.code).toBe(1);
    expect(said.stdout).toContain('native histograms are not evaluated here');
  });

  it('names a file that is not there', async () => {
    const said = await runHoldfast(['rules', 'test', join(folder, 'nowhere.yml')], { cwd: folder });
    expect(said.code).toBe(2);
  });
});

describe('promtool test rules', LIMIT, () => {
  beforeEach(promtool.skipUnlessThere);

  it('comes to the same verdict over every file, and to the same failures', async () => {
    const version = (await askPromtool(['--version'])).said;
    const dialect = /version 2\./.test(version) ? '2' : '3';
    const names = Object.keys(TEST_FILES).filter(
      (name) => dialect === '3' || !NEWER_FIELDS.test(stringify(TEST_FILES[name])),
    );
    const files = names.map(fileOf);
    const { stdout } = await runHoldfast(['rules', 'test', ...files, '--prometheus', dialect, '--json'], {
      cwd: folder,
    });
    const ours = (JSON.parse(stdout) as Said[]).map(({ problems, failures }) => ({
      passes: problems.length + failures.length === 0,
      failed: failures.flatMap(({ about, atMs }) => (about === null ? [] : [`${about.name} ${atMs}`])).sort(),
    }));
    const theirs = await Promise.all(files.map(judge));
    const named = <Each>(list: Each[]) => Object.fromEntries(list.map((each, index) => [names[index], each]));
    expect(named(ours)).toEqual(named(theirs));
    expect(theirs.filter(({ passes }) => passes).length).toBeGreaterThan(10);
    expect(theirs.filter(({ passes }) => !passes).length).toBeGreaterThan(10);
  });
});

async function judge(file: string): Promise<{ passes: boolean; failed: string[] }> {
  const { passes, said } = await askPromtool(['test', 'rules', file]);
  const failed = [...said.matchAll(/^ +(?:expr: ("(?:[^"\\]|\\.)*"|`[^`]*`)|alertname: ?(.*?)), time: ([^,]*),/gm)];
  return {
    passes,
    failed: failed
      .map(([, expr, alert, time]) => `${expr === undefined ? alert : readGoText(expr)} ${readGoTime(time ?? '')}`)
      .sort(),
  };
}

const readGoText = (text: string) => (text.startsWith('`') ? text.slice(1, -1) : (JSON.parse(text) as string));

function readGoTime(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  return [...text.matchAll(/(\d+)(ms|[hms])/g)].reduce(
    (sum, [, digits, unit = '']) => sum + Number(digits) * (units[unit] ?? 0),
    0,
  );
}

function askPromtool(given: string[]): Promise<{ passes: boolean; said: string }> {
  return new Promise((done) => {
    execFile(PROMTOOL, given, (thrown, stdout, stderr) =>
      done({ passes: thrown === null, said: `${stdout}${stderr}` }),
    );
  });
}
