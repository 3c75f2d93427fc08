import { isMap } from 'yaml';
import { prometheusDuration } from '../../../platform/yaml/durations.ts';
import { boolean, list, mapOf, object, placeIn, type Shape, scalar, text } from '../../../platform/yaml/shape.ts';
import { type Problem, readYaml } from '../../../platform/yaml/yaml-reading.ts';

/** A file of unit tests in the format of promtool. Times are milliseconds since the test's start. */
export type RuleTestFile = {
  /** As written: paths and patterns, relative to the file. */
  ruleFiles: string[];
  evaluationIntervalMs: number;
  groupOrder: string[];
  /** Whether values may differ in the last place of a float. */
  fuzzyCompare: boolean;
  tests: RuleTest[];
};

export type RuleTest = {
  name: string | null;
  line: number;
  /** Between two values of a series. */
  intervalMs: number;
  series: { series: string; values: string; line: number }[];
  alerts: AlertCheck[];
  expressions: ExpressionCheck[];
  externalLabels: Record<string, string>;
  externalUrl: string;
  /** The instant of the first values. */
  startMs: number;
};

export type AlertCheck = { line: number; atMs: number; alertname: string; expected: ExpectedAlert[] };
export type ExpectedAlert = { labels: Record<string, string>; annotations: Record<string, string> };
export type ExpressionCheck = {
  line: number;
  atMs: number;
  expression: string;
  expected: { labels: string; value: number }[];
};

const MINUTE_MS = 60_000;

const float: Shape<number> = scalar('a number', (written, node, reading, plain) => {
  const bare = written.replaceAll('_', '');
  if (!plain) return reading.report(node, `must be a number, not the text ${JSON.stringify(written)}`);
  const infinity = /^([-+]?)\.?inf(?:inity)?$/i.exec(bare);
  if (infinity) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[-+]?\.?nan$/i.test(bare)) return Number.NaN;
  if (/^[-+]?(?:0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)$/i.test(bare)) {
    const [, sign, body = ''] = /^([-+]?)(.*)$/.exec(bare) ?? [];
    return sign === '-' ? -Number(body) : Number(body);
  }
  return reading.report(node, `must be a number, not ${JSON.stringify(written)}`);
});

const instant: Shape<number> = scalar('a time', (written, node, reading) => {
  const ms = /^[-+]?\d+(?:\.\d+)?$/.test(written) ? Number(written) * 1_000 : Date.parse(written);
  return Number.isFinite(ms)
    ? ms
    : reading.report(node, `cannot parse ${JSON.stringify(written)} to a valid timestamp`);
});

const texts = mapOf(text, { empty: '' });

/** Native histograms are samples of their own kind; who has some is told by name. */
const histogram: Shape<never> = (node, reading) =>
  reading.report(node, 'native histograms are not evaluated here: write classic buckets with the label le');

const readFile = object('a file of unit tests', {
  rule_files: list(text, 'an empty path'),
  evaluation_interval: prometheusDuration,
  group_eval_order: list(text, 'an empty name'),
  fuzzy_compare: boolean,
  tests: list(
    object('a test', {
      name: text,
      interval: prometheusDuration,
      start_timestamp: instant,
      input_series: list(object('a series', { series: text, values: text }), 'an empty series'),
      alert_rule_test: list(
        object('a test of an alert', {
          eval_time: prometheusDuration,
          alertname: text,
          exp_alerts: list(object('an alert', { exp_labels: texts, exp_annotations: texts }), 'an empty alert'),
        }),
        'an empty test',
      ),
      promql_expr_test: list(
        object('a test of an expression', {
          expr: text,
          eval_time: prometheusDuration,
          exp_samples: list(object('a sample', { labels: text, value: float, histogram }), 'an empty sample'),
        }),
        'an empty test',
      ),
      external_labels: texts,
      external_url: text,
    }),
    'an empty test',
  ),
});
type Read = NonNullable<ReturnType<typeof readFile>>;

/** Never throws for bad text: everything wrong is named with its place. */
export function readTestFile(written: string): { file: RuleTestFile | null; problems: Problem[] } {
  const reading = readYaml(written);
  const isWritten = reading.root !== null && isMap(reading.follow(reading.root));
  if (!isWritten && reading.problems.length === 0) reading.report(reading.root, 'holds no tests');
  const read = isWritten && reading.root ? readFile(reading.root, reading) : undefined;
  if (!read) return { file: null, problems: reading.problems };
  const file = toTestFile(read);
  const repeated = file.groupOrder.find((name, index) => file.groupOrder.indexOf(name) < index);
  if (repeated !== undefined)
    reading.report(placeIn(read, 'group_eval_order'), `group name repeated in evaluation order: ${repeated}`);
  return { file: reading.problems.length > 0 ? null : file, problems: reading.problems };
}

function toTestFile(read: Read): RuleTestFile {
  const evaluationIntervalMs = read.evaluationInterval || MINUTE_MS;
  return {
    ruleFiles: read.ruleFiles ?? [],
    evaluationIntervalMs,
    groupOrder: read.groupEvalOrder ?? [],
    fuzzyCompare: read.fuzzyCompare ?? false,
    tests: (read.tests ?? []).map((test) => ({
      name: test.name ?? null,
      line: placeIn(test).line,
      intervalMs: test.interval || evaluationIntervalMs,
      series: (test.inputSeries ?? []).map((each) => ({
        series: each.series ?? '',
        values: each.values ?? '',
        line: placeIn(each).line,
      })),
      alerts: (test.alertRuleTest ?? []).map((each) => ({
        line: placeIn(each).line,
        atMs: each.evalTime ?? 0,
        alertname: each.alertname ?? '',
        expected: (each.expAlerts ?? []).map((alert) => ({
          labels: alert.expLabels ?? {},
          annotations: alert.expAnnotations ?? {},
        })),
      })),
      expressions: (test.promqlExprTest ?? []).map((each) => ({
        line: placeIn(each).line,
        atMs: each.evalTime ?? 0,
        expression: each.expr ?? '',
        expected: (each.expSamples ?? []).map((sample) => ({ labels: sample.labels ?? '', value: sample.value ?? 0 })),
      })),
      externalLabels: test.externalLabels ?? {},
      externalUrl: test.externalUrl ?? '',
      startMs: test.startTimestamp ?? 0,
    })),
  };
}
