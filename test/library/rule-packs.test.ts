import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { openRunbookLibrary } from '../../src/act/runbooks/index.ts';
import { stopSyntaxThread } from '../../src/act/runbooks/syntax/parse-syntax.ts';
import { rankOfWord } from '../../src/app/alerting/rank-of-alert.ts';
import { loadRules } from '../../src/detect/rules/files/index.ts';
import { readTestFile, runRuleTest } from '../../src/detect/rules/unit-tests/index.ts';
import { RULE_PACKS } from '../../src/platform/config/rules-settings.ts';
import { parsePrometheusDuration } from '../../src/platform/yaml/durations.ts';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { LIBRARY } from './carry-out.ts';
import { PACK_THRESHOLDS, type PackSeries } from './pack-thresholds.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKS = join(ROOT, 'rules');
const files = readdirSync(PACKS).sort();
const packs = files.map((file) => ({ file, ...loadRules(readFileSync(join(PACKS, file), 'utf8'), file) }));
const rules = packs.flatMap(({ file, groups }) =>
  groups.flatMap((group) =>
    group.rules.flatMap((rule) => (rule.kind === 'alert' ? [{ ...rule, pack: basename(file, '.yaml') }] : [])),
  ),
);
const library = openRunbookLibrary({ folders: [LIBRARY] });
const promtool = await requireServer('promtool', programOnPath('promtool'));
const run = promisify(execFile);
/** It makes a store of series for each alert. */
const LIMIT = { timeout: 60_000 };
/** Every runbook is read once, before the first question; a busy machine takes its time for that. */
const READ_ALL_WITHIN_MS = 60_000;
beforeAll(() => library.findByTrigger({}), READ_ALL_WITHIN_MS);
afterAll(stopSyntaxThread);

describe('the shipped rules', () => {
  it('are in the package', () => {
    const { files: shipped } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
    expect(shipped).toContain('rules');
    expect(files).toEqual([...RULE_PACKS].map((pack) => `${pack}.yaml`).sort());
  });

  it.each(packs)('$file is read without a problem or a note', ({ groups, problems, notices }) => {
    expect({ problems, notices }).toEqual({ problems: [], notices: [] });
    expect(groups).not.toEqual([]);
  });

  it('have names of their own, also where several packs are in use', () => {
    const names = rules.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
    const groups = packs.flatMap((pack) => pack.groups.map(({ name }) => name));
    expect(groups.filter((name, index) => groups.indexOf(name) < index)).toEqual([]);
  });

  it('are those that have a threshold, and no others', () => {
    expect(rules.map(({ pack, name }) => `${pack} ${name}`).sort()).toEqual(
      PACK_THRESHOLDS.map(({ pack, alert }) => `${pack} ${alert}`).sort(),
    );
  });

  it.each(PACK_THRESHOLDS)('$alert has its number, its time and its severity', (threshold) => {
    const rule = rules.find(({ name }) => name === threshold.alert);
    const expression = rule?.expression.trim() ?? '';
    expect(expression.slice(-threshold.limit.length - 1)).toBe(` ${threshold.limit}`);
    const windows = new Set([...expression.matchAll(/\[(\w+)\]/g)].map(([, window]) => window));
    expect([...windows]).toEqual(threshold.window === null ? [] : [threshold.window]);
    expect(rule).toMatchObject({
      forMs: parsePrometheusDuration(threshold.for),
      labels: { severity: threshold.severity },
      annotations: { summary: expect.stringMatching(/\S/), description: expect.stringMatching(/\S/) },
    });
  });

  it.each(rules)('$name has a severity that has a rank, and says its number to people', ({ labels, annotations }) => {
    expect(rankOfWord(labels['severity'] ?? '')).not.toBeNull();
    expect(annotations['description']).toMatch(/\d|could not be scraped/);
  });

  it.each(PACK_THRESHOLDS)('$alert names a runbook that exists, or none', ({ alert, runbook }) => {
    const named = rules.find(({ name }) => name === alert)?.labels['runbook'] ?? null;
    expect(named).toBe(runbook);
    if (named !== null) expect(existsSync(join(LIBRARY, `${named}.md`))).toBe(true);
  });

  it.each(rules)('$name starts the runbook it names, and no other', async ({ name, labels }) => {
    const matches = await library.findByTrigger({ ...labels, alertname: name });
    const started = matches.map(({ path }) => path);
    expect(started).toEqual(labels['runbook'] === undefined ? [] : [`${labels['runbook']}.md`]);
  });

  it.each(PACK_THRESHOLDS)(
    '$alert is in the documentation as it is',
    ({ pack, alert, for: wait, severity, runbook }) => {
      const docs = readFileSync(join(ROOT, 'docs', 'rules.md'), 'utf8');
      const [, section = ''] = docs.split(`\n### ${pack}.yaml`);
      const row = section.split('\n### ')[0]?.match(new RegExp(`^\\| \`${alert}\` \\|.*$`, 'm'))?.[0] ?? '';
      const [, , , time, level, , procedure] = row.split('|').map((cell) => cell.trim());
      expect([time, level]).toEqual([wait === '0s' ? 'at once' : wait, severity]);
      expect(procedure).toBe(runbook === null ? '' : `[${runbook}](../runbooks/${runbook}.md)`);
    },
  );
});

describe('holdfast rules test', () => {
  it.each(packs.flatMap(({ file, groups }) => (['2', '3'] as const).map((dialect) => ({ file, groups, dialect }))))(
    'sees each of $file fire just over its threshold, and end just under it, with Prometheus $dialect',
    ({ file, groups, dialect }) => {
      const { file: read, problems } = readTestFile(stringify(firesAndEnds(file)));
      expect(problems).toEqual([]);
      const tests = read?.tests ?? [];
      expect(tests).not.toEqual([]);
      expect(tests.flatMap((test) => (read ? runRuleTest(test, groups, { ...read, dialect }) : []))).toEqual([]);
    },
  );
});

describe('Prometheus’s own tool', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-rule-packs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(promtool.skipUnlessThere);

  it.each(files)('accepts %s', async (file) => {
    const { stdout } = await run('promtool', ['check', 'rules', join(PACKS, file)]);
    expect(stdout).toContain('SUCCESS');
  });

  it.each(files)('sees each of %s fire just over its threshold, and end just under it', LIMIT, async (pack) => {
    const file = join(folder, `fires-${pack}`);
    writeFileSync(file, stringify(firesAndEnds(pack), { lineWidth: 0, aliasDuplicateObjects: false }));
    // What is wrong stands in its output; the error alone says only that something is.
    const said = await run('promtool', ['test', 'rules', file]).then(
      ({ stdout }) => stdout,
      (thrown: { stdout: string; stderr: string }) => `${thrown.stdout}${thrown.stderr}`,
    );
    expect(said).toContain('SUCCESS');
  });
});

const STEP_S = 30;
/** Longer than any window and any `for` together. */
const PHASE_STEPS = 40;

/** The input of `promtool test rules`: first over the threshold, then as long under it. */
function firesAndEnds(file: string): unknown {
  return {
    rule_files: [join(PACKS, file)],
    evaluation_interval: `${STEP_S}s`,
    tests: PACK_THRESHOLDS.filter(({ pack }) => `${pack}.yaml` === file).map(({ alert, series }) => {
      const expr = `count(ALERTS{alertname="${alert}",alertstate="firing"})`;
      return {
        name: alert,
        interval: `${STEP_S}s`,
        input_series: series.map((each) => ({ series: each.series, values: valuesOf(each) })),
        promql_expr_test: [
          { expr, eval_time: `${(PHASE_STEPS - 1) * STEP_S}s`, exp_samples: [{ labels: '{}', value: 1 }] },
          { expr, eval_time: `${(2 * PHASE_STEPS - 1) * STEP_S}s`, exp_samples: [] },
        ],
      };
    }),
  };
}

function valuesOf({ kind, over, under }: PackSeries): string {
  let counted = 0;
  return Array.from({ length: 2 * PHASE_STEPS }, (_, step) => {
    const now = step < PHASE_STEPS ? over : under;
    counted += now * STEP_S;
    return kind === 'gauge' ? now : counted;
  }).join(' ');
}
