import { prometheusDuration } from '../../../platform/yaml/durations.ts';
import { list, mapOf, object, placeIn, type Shape, scalar, text } from '../../../platform/yaml/shape.ts';
import type { Place, Reading } from '../../../platform/yaml/yaml-reading.ts';
import type { AlertRule, RuleGroup } from '../rule.ts';
import { judgeExpression } from './judge-expression.ts';
import { readThreshold, type Threshold } from './threshold-value.ts';
import { formatWindow, parenthesize } from './window.ts';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const WINDOW = /\$(?:window\b|\{window\})/g;
const COMPARISONS = ['>', '>=', '<', '<='] as const;
/** Names of counts and sizes: against a percentage their series would fire for ever. */
const IS_NO_RATIO = /_(?:count|total|bytes|seconds|sum|number)$/;
const DEFAULT_WINDOW_MS = 5 * 60_000;

const threshold: Shape<Threshold> = scalar('a threshold', (written, node, reading) => {
  const read = readThreshold(written);
  if (read) return read;
  return reading.report(
    node,
    `${JSON.stringify(written)} is no threshold: write 1000ms, 1%, 10000/s, 512MiB or a number`,
  );
});
const comparison: Shape<(typeof COMPARISONS)[number]> = scalar('a comparison', (written, node, reading) => {
  const known = COMPARISONS.find((each) => each === written);
  return known ?? reading.report(node, `comparison must be one of ${COMPARISONS.join(' ')}, not ${written}`);
});

const readMetric = object('a metric', {
  name: text,
  threshold,
  window: prometheusDuration,
  severity: text,
  comparison,
  expr: text,
  for: prometheusDuration,
  labels: mapOf(text, { empty: '' }),
});
type ReadMetric = NonNullable<ReturnType<typeof readMetric>>;

/**
 * Thresholds by name, as monitoring configurations list them. `expressions` says which PromQL a name stands for, with
 * `$window`; a name it does not know is the series of that name, in base units.
 */
export const readThresholdFile = object('a file of thresholds', {
  metrics: mapOf(list(readMetric, 'an empty metric')),
  expressions: mapOf(text),
});

/** The rules thresholds stand for. What is done by convention is said in a notice. */
export function thresholdGroups(
  read: NonNullable<ReturnType<typeof readThresholdFile>>,
  { file, reading, notice }: { file: string; reading: Reading; notice: (at: object | Place, message: string) => void },
): RuleGroup[] {
  const used = new Set<string>();
  const groups = Object.entries(read.metrics ?? {}).map(([group, metrics]) => {
    const rules = metrics.flatMap((metric) => {
      const name = metric.name ?? '';
      used.add(name);
      const mapped = Object.hasOwn(read.expressions ?? {}, name) ? read.expressions?.[name] : undefined;
      const rule = toRule(metric, { group, mapped: metric.expr ?? mapped, reading, notice });
      return rule ? [rule] : [];
    });
    return { name: group, file, intervalMs: null, limit: 0, queryOffsetMs: 0, rules };
  });
  for (const name of Object.keys(read.expressions ?? {}))
    if (!used.has(name)) reading.report(placeIn(read.expressions ?? {}, name), `no metric is called ${name}`);
  return groups;
}

function toRule(
  metric: ReadMetric,
  context: {
    group: string;
    mapped: string | undefined;
    reading: Reading;
    notice: (at: object | Place, message: string) => void;
  },
): AlertRule | undefined {
  const { reading, group } = context;
  const name = metric.name ?? '';
  if (name === '') return reading.report(placeIn(metric), 'a metric needs a name');
  if (metric.threshold === undefined)
    return reading.problems.length > 0 ? undefined : reading.report(placeIn(metric), `${name} needs a threshold`);
  const windowMs = metric.window || DEFAULT_WINDOW_MS;
  const window = formatWindow(windowMs);
  const { value, written, kind } = metric.threshold;
  let series = context.mapped?.replaceAll(WINDOW, window);
  if (series === undefined) {
    if (!METRIC_NAME.test(name))
      return reading.report(placeIn(metric, 'name'), `${name} is no name of a series: say which below expressions`);
    if (kind === 'ratio' && IS_NO_RATIO.test(name)) {
      context.notice(
        placeIn(metric, 'name'),
        `${name} gets no rule: ${written} of what? Say it below expressions, as used divided by limit`,
      );
      return undefined;
    }
    series = `avg_over_time(${name}[${window}])`;
    context.notice(
      placeIn(metric, 'name'),
      `${name} has no expression: its rule watches the series ${name} itself, ${BASE_UNITS[kind]}; name another below expressions`,
    );
  }
  const wrong = judgeExpression(series);
  if (wrong) {
    const at = metric.expr === undefined ? placeIn(metric, 'name') : placeIn(metric, 'expr');
    return reading.report(at, `the expression of ${name} could not be parsed: ${wrong.message}`);
  }
  // An expression over the window says by itself how long; any other must hold for it.
  const coversWindow = context.mapped === undefined || context.mapped.search(WINDOW) >= 0;
  return {
    kind: 'alert',
    name: toAlertName(name),
    expression: `${parenthesize(series)} ${metric.comparison ?? '>'} ${value}`,
    forMs: metric.for ?? (coversWindow ? 0 : windowMs),
    keepFiringForMs: 0,
    labels: {
      ...(metric.severity === undefined ? {} : { severity: metric.severity }),
      metric: name,
      group,
      ...metric.labels,
    },
    annotations: {
      summary: `${name} is ${(metric.comparison ?? '>').startsWith('>') ? 'above' : 'below'} ${written} over ${window}: ${SHOWN[kind]}`,
    },
    line: placeIn(metric).line,
  };
}

const BASE_UNITS: Readonly<Record<Threshold['kind'], string>> = {
  plain: 'compared as it is',
  ratio: 'taken as a ratio from 0 to 1',
  seconds: 'taken as seconds',
  bytes: 'taken as bytes',
  rate: 'taken as a rate per second',
};
const SHOWN: Readonly<Record<Threshold['kind'], string>> = {
  plain: '{{ $value | humanize }}',
  ratio: '{{ $value | humanizePercentage }}',
  seconds: '{{ $value | humanizeDuration }}',
  bytes: '{{ $value | humanize1024 }}B',
  rate: '{{ $value | humanize }}/s',
};

/** `ApiLatencyP99` of `api_latency_p99`. */
function toAlertName(name: string): string {
  return name
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
