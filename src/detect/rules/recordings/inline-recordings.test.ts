import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomExpressions } from '../../../../test/promql/random-expressions.ts';
import { recordSamples } from '../evaluation/evaluate-recording-rule.ts';
import { judgeExpression } from '../files/judge-expression.ts';
import { loadRules } from '../files/load-rules.ts';
import { evaluate } from '../promql/evaluate.ts';
import { formatSeries, type Labels } from '../promql/labels.ts';
import { readExpression } from '../promql/read-expression.ts';
import { readSeriesName, readSeriesValues } from '../promql/read-series.ts';
import { createSeriesStore, type SeriesStore } from '../promql/series-store.ts';
import { writeExpression } from '../promql/write-expression.ts';
import type { RuleGroup } from '../rule.ts';
import { inlineRecordings } from './inline-recordings.ts';

const MINUTE_MS = 60_000;
const RAW = {
  'requests_total{job="shop", path="/", code="200"}': '0+60x60',
  'requests_total{job="shop", path="/", code="500"}': '0+1x20 20+9x40',
  'requests_total{job="shop", path="/a.b", code="200"}': '0+6x60',
  'requests_total{job="mail", path="/", code="200"}': '0+12x30 _x10 400+3x20',
  'up{job="shop"}': '1x30 0x5 1x25',
};
const RECORDING = `
groups:
- name: g
  rules:
  - { record: 'job:requests:rate5m', expr: 'sum by (job, path) (rate(requests_total[5m]))' }
  - { record: 'job:errors:ratio', expr: 'sum by (job) (rate(requests_total{code="500"}[5m])) / on (job) sum by (job) (job:requests:rate5m)', labels: { kind: 'error$1' } }
  - { record: 'two:rules', expr: 'up', labels: { which: one } }
  - { record: 'two:rules', expr: 'up * 2', labels: { which: two, job: '' } }
`;
const ASKED = [
  'job:requests:rate5m',
  'job:requests:rate5m > 0.5',
  'job:requests:rate5m{job="shop"}',
  'job:requests:rate5m{job!="shop"}',
  'job:requests:rate5m{path=~"/.+"}',
  'job:requests:rate5m{path!~"/.+", job=~"sh.*"}',
  'job:requests:rate5m{path="/a.b"}',
  'job:requests:rate5m{nosuch=""}',
  'job:errors:ratio',
  'job:errors:ratio{kind="error$1"} > 0.1 and on (job) up == 1',
  'avg_over_time(job:errors:ratio[10m])',
  'max_over_time(job:requests:rate5m{job="shop"}[7m])',
  'job:requests:rate5m offset 5m',
  'job:requests:rate5m / job:requests:rate5m offset 10m',
  'rate(job:requests:rate5m[10m] offset 3m)',
  'two:rules',
  'sum by (which) (two:rules)',
  'absent(job:errors:ratio{job="mail"})',
  'absent_over_time(job:errors:ratio{job="mail"}[5m])',
  'count by (__name__) (two:rules)',
  'topk(1, job:requests:rate5m)',
  'max_over_time((job:errors:ratio > 0.01)[10m:1m])',
  'job:errors:ratio @ 1800',
  'sum(job:requests:rate5m) by (job) + on (job) up',
];

const rulesFor = (expr: string) => {
  const { groups } = loadRules(RECORDING, 'r.yaml');
  const alert = {
    kind: 'alert' as const,
    name: 'A',
    expression: expr,
    forMs: 0,
    keepFiringForMs: 0,
    labels: {},
    annotations: {},
    line: 1,
  };
  return [...groups, { name: 'alerts', file: 'r.yaml', intervalMs: null, limit: 0, queryOffsetMs: 0, rules: [alert] }];
};

function rawStore(): SeriesStore {
  const store = createSeriesStore();
  for (const [series, values] of Object.entries(RAW)) {
    for (const [index, value] of readSeriesValues(values).entries())
      if (value !== 'absent') store.append(readSeriesName(series), { atMs: index * MINUTE_MS, value });
  }
  return store;
}

/** Recorded minute by minute, as a server that keeps them does. */
function recordInto(store: SeriesStore, groups: readonly RuleGroup[]): SeriesStore {
  const before = new Map<unknown, Map<string, Labels>>();
  for (let atMs = 0; atMs <= 60 * MINUTE_MS; atMs += MINUTE_MS) {
    for (const rule of groups.flatMap(({ rules }) => rules)) {
      if (rule.kind !== 'record') continue;
      const value = evaluate(readExpression(rule.expression), { store, atMs, defaultStepMs: MINUTE_MS, dialect: '3' });
      const found = value.type === 'vector' ? value.samples : [];
      const plain = found.map((sample) => ({ ...sample, labels: Object.fromEntries(sample.labels) }));
      const { samples } = recordSamples(rule, plain, { limit: 0, atMs });
      const written = new Map(
        samples.map(({ labels }) => {
          const series: Labels = new Map(Object.entries(labels));
          return [formatSeries(series), series];
        }),
      );
      for (const [at, series] of [...written.values()].entries())
        store.append(series, { atMs, value: samples[at]?.value ?? 0 });
      for (const [key, series] of before.get(rule) ?? [])
        if (!written.has(key)) store.append(series, { atMs, value: null });
      before.set(rule, written);
    }
  }
  return store;
}

function ask(store: SeriesStore, expression: string, atMs: number): Record<string, number> {
  const value = evaluate(readExpression(expression), { store, atMs, defaultStepMs: MINUTE_MS, dialect: '3' });
  const samples = value.type === 'vector' ? value.samples : [];
  return Object.fromEntries(samples.map((sample) => [formatSeries(sample.labels), sample.value]));
}

const askedOf = (groups: readonly RuleGroup[]) =>
  groups.flatMap(({ rules }) => rules).find(({ kind }) => kind === 'alert') as { asked?: unknown };

describe('an alert over recorded series', () => {
  const raw = rawStore();
  const recorded = recordInto(rawStore(), loadRules(RECORDING, 'r.yaml').groups);

  it.each(ASKED)('%s is worth the same where nothing is recorded', (expr) => {
    const { asked } = askedOf(inlineRecordings(rulesFor(expr), MINUTE_MS));
    const { expression } = asked as { expression: string };
    // Time enough for every window to be full of what was recorded.
    for (const minute of [20, 25, 31, 36, 40, 52, 60]) {
      expect({ minute, ...ask(raw, expression, minute * MINUTE_MS) }).toEqual({
        minute,
        ...ask(recorded, expr, minute * MINUTE_MS),
      });
    }
  });

  it('is left alone where it names nothing recorded', () => {
    expect(askedOf(inlineRecordings(rulesFor('up == 0 and info(up)'), MINUTE_MS)).asked).toBeUndefined();
    expect(askedOf(inlineRecordings(rulesFor('limitk(2, up)'), MINUTE_MS)).asked).toBeUndefined();
  });

  it('says why where its series cannot be put in place', () => {
    const reasonOf = (expr: string, recording = RECORDING) => {
      const { groups } = loadRules(recording, 'r.yaml');
      const alerts = rulesFor(expr).slice(1);
      const { asked } = askedOf(inlineRecordings([...groups, ...alerts], MINUTE_MS));
      return (asked as { reason?: string } | undefined)?.reason;
    };
    expect(reasonOf('sum({__name__=~"job:.*|job:errors:ratio"})')).toContain('without its name written out');
    expect(reasonOf('limitk(2, two:rules)')).toContain('limitk is experimental');
    const endless = 'groups: [{name: g, rules: [{record: "a:b", expr: "a:b + 1 or vector(1)"}]}]';
    expect(reasonOf('a:b > 5', endless)).toContain('a:b is recorded from itself; set rules.remoteWrite');
  });
});

describe('an expression written out again', () => {
  it('is the same expression', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [text = ''] = randomExpressions(seed, 1);
        const bare = (value: unknown): unknown =>
          JSON.parse(JSON.stringify(value, (_key, each) => (each?.kind === 'group' ? each.inner : each)));
        const withoutGroups = (value: unknown) => bare(bare(bare(bare(bare(value)))));
        if (judgeExpression(text) !== null) return;
        const read = readExpression(text);
        expect(withoutGroups(readExpression(writeExpression(read)))).toEqual(withoutGroups(read));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '{"my.metric", "http.status"="5\\n\\"x\\""}',
    '-2 ^ 2',
    '(-2) ^ 2',
    '1 - -1',
    '-(up)',
    'up offset -5m @ 3.5',
    'sum without () (up)',
    'a * on () group_left ("b.c") d',
    '1e-9 + 1e30',
  ])('%s', (text) => {
    const first = writeExpression(readExpression(text));
    expect(writeExpression(readExpression(first))).toBe(first);
  });
});
