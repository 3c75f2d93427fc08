import type { LintDocument, LintQuery } from '../lint-document.ts';
import type { Found, LintRule, Span } from '../lint-rule.ts';
import { descendants, find, functionOf, metricOf, type PromqlNode, parsePromql, unwrap } from '../promql-tree.ts';

const promql = (query: string) => `\`\`\`promql\n${query}\n\`\`\`\n`;
const COUNTER_FUNCTIONS = /^(?:rate|irate|increase)$/;
const GAUGE_NAME =
  /^(?:node_memory_\w+_bytes|container_memory_(?!failcnt|failures)\w*bytes|process_resident_memory_bytes|process_virtual_memory_bytes|go_goroutines|go_threads|process_open_fds|node_load\d+|node_filesystem_\w+_bytes|kube_\w+_replicas\w*|up|\w+_(?:usage|utilization|in_progress|in_flight|queue_length|queue_depth|temperature_celsius)(?:_bytes|_ratio|_percent)?)$/;

/** Mistakes of PromQL, found with Prometheus's own grammar. */
export const PROMQL_RULES: readonly LintRule[] = [
  {
    id: 'promql-syntax',
    severity: 'error',
    title: 'PromQL that does not parse',
    why: 'Prometheus answers 400 "parse error", so the number the decision depends on is not there.',
    fix: 'Aggregations come around the function: `sum by (status) (rate(x[5m]))`.',
    bad: promql('rate(http_requests_total[5m]) by (status)'),
    good: promql('sum by (status) (rate(http_requests_total[5m]))'),
    loud: [
      promql('sum(rate(http_requests_total[5m])'),
      promql('rate(http_requests_total)'),
      "```bash\ncurl -G http://prometheus:9090/api/v1/query --data-urlencode 'query=rate(x_total[5m]) by (a)'\n```\n",
    ],
    silent: [
      promql('topk(10, rate(x_total[5m])) by (endpoint)'),
      promql('rate(x_total[$__rate_interval])'),
      promql('# CPU\nsum(rate(a_total[5m]))\n\n# Memory\nup == 0'),
      'Look at `rate()` and `sum(x)`.\n',
      promql('max_over_time(up[1h:5m]) or on() vector(0)'),
    ],
    *check(document) {
      for (const { query, tree } of trees(document)) {
        const broken = [...descendants(tree)].find((node) => node.error);
        if (broken !== undefined) {
          yield {
            at: query.at,
            message: `${said(query)} does not parse: ${explain(query.text, broken)}`,
            ...swapped(query),
          };
          continue;
        }
        for (const call of find(tree, 'FunctionCall')) {
          const argument = unwrap(
            call.children.find((child) => child.type === 'FunctionCallBody')?.children[0] ?? call,
          );
          if (
            !/^(?:rate|irate|increase|delta|idelta|deriv|changes|resets|predict_linear|\w+_over_time)$/.test(
              functionOf(query.text, call),
            )
          )
            continue;
          const last = /^quantile_over_time$/.test(functionOf(query.text, call))
            ? call.children.find((child) => child.type === 'FunctionCallBody')?.children[1]
            : argument;
          if (last?.type !== 'VectorSelector') continue;
          yield {
            at: query.at,
            message: `${functionOf(query.text, call)}() needs a range: \`${query.text.slice(last.start, last.end)}[5m]\``,
          };
        }
      }
    },
  },
  {
    id: 'promql-quantile-without-rate',
    severity: 'error',
    title: 'A quantile of something that is no rate of buckets',
    why: '`histogram_quantile` works on the rates of `_bucket` series by `le`. Without them it answers nothing, or the quantile since the process started, which hides any change of the last hour.',
    fix: 'Write `histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))`.',
    bad: promql('histogram_quantile(0.99, http_request_duration_seconds)'),
    good: promql('histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))'),
    loud: [promql('histogram_quantile(0.95, sum by (job) (rate(x_seconds_bucket[5m])))')],
    silent: [
      promql('histogram_quantile(0.95, rate(x_seconds_bucket[5m]))'),
      promql('histogram_quantile(0.95, sum(rate(x_seconds[5m])))'),
      promql('histogram_quantile(0.95, job:x_seconds_bucket:rate5m)'),
      promql('histogram_quantile(0.9, sum by (job, le) (increase(x_bucket[1h])))'),
    ],
    *check(document) {
      for (const { query, tree } of trees(document)) {
        for (const call of find(tree, 'FunctionCall')) {
          if (functionOf(query.text, call) !== 'histogram_quantile') continue;
          const body = call.children.find((child) => child.type === 'FunctionCallBody');
          const value = body?.children[1];
          if (body === undefined || value === undefined) continue;
          const selectors = find(value, 'VectorSelector');
          const metric = metricOf(query.text, selectors[0] ?? value);
          const rated = find(value, 'FunctionCall').some((inner) =>
            COUNTER_FUNCTIONS.test(functionOf(query.text, inner)),
          );
          if (!rated && selectors.length > 0 && !metric.includes(':')) {
            const base = metric.replace(/_bucket$/, '');
            const at = place(query, value);
            const better = `sum by (le) (rate(${base}_bucket${query.text.slice(selectors[0]!.start + metric.length, selectors[0]!.end)}[5m]))`;
            yield {
              at,
              message: `histogram_quantile of \`${metric}\` is no quantile of recent values: it needs rate() of the _bucket series`,
              ...(isExact(document, query) && {
                fix: { title: 'Take the rate of the buckets', edits: [{ ...at, text: better }] },
              }),
            };
            continue;
          }
          const aggregate = unwrap(value);
          if (aggregate.type !== 'AggregateExpr' || !/_bucket$/.test(metric)) continue;
          const modifier = find(aggregate, 'AggregateModifier')[0];
          const labels = modifier === undefined ? '' : query.text.slice(modifier.start, modifier.end);
          const keepsLe =
            modifier !== undefined && (/^without/.test(labels) ? !/\ble\b/.test(labels) : /\ble\b/.test(labels));
          if (!keepsLe)
            yield {
              at: place(query, value),
              message: 'the buckets are summed up without keeping `le`, so there is no quantile left in them',
            };
        }
      }
    },
  },
  {
    id: 'promql-ratio-same-series',
    severity: 'error',
    title: 'A ratio whose two sides are matched series by series',
    why: 'Without an aggregation each series is divided by the one with the same labels: errors by the same errors. The ratio is always 1 where there are errors, and absent where there are none.',
    fix: 'Sum both sides: `sum(rate(x{status=~"5.."}[5m])) / sum(rate(x[5m]))`.',
    bad: promql('rate(http_requests_total{status=~"5.."}[5m]) / rate(http_requests_total[5m]) > 0.05'),
    good: promql('sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.05'),
    silent: [
      promql('rate(a_sum[5m]) / rate(a_count[5m])'),
      promql('rate(x_total{status="500"}[5m]) / ignoring(status) group_left x_all'),
      promql('node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes'),
    ],
    *check(document) {
      for (const { query, tree } of trees(document)) {
        for (const node of find(tree, 'BinaryExpr')) {
          if (
            !node.children.some((child) => child.type === 'Div') ||
            node.children.some((child) => child.type === 'MatchingModifierClause')
          )
            continue;
          const sides = [node.children[0], node.children.at(-1)].map((side) => ratedSelector(query.text, side));
          const [left, right] = sides;
          if (left === null || right === null || left === undefined || right === undefined) continue;
          if (left.metric !== right.metric || left.metric === '' || left.labels === right.labels) continue;
          const [upper, lower] = [node.children[0]!, node.children.at(-1)!].map((side) =>
            query.text.slice(side.start, side.end),
          );
          const at = place(query, node);
          yield {
            at,
            message: `both sides are series of ${left.metric}: each is divided by itself, so the ratio is always 1`,
            ...(isExact(document, query) && {
              fix: { title: 'Sum both sides', edits: [{ ...at, text: `sum(${upper}) / sum(${lower})` }] },
            }),
          };
        }
      }
    },
  },
  {
    id: 'promql-rate-of-gauge',
    severity: 'error',
    title: 'A rate of something that goes up and down',
    why: '`rate` takes every fall for a counter that was reset and adds the whole value again: a shrinking heap looks like growth.',
    fix: 'Use `deriv(x[10m])` or `delta(x[10m])` for gauges.',
    bad: promql('rate(container_memory_usage_bytes[10m])'),
    good: promql('deriv(container_memory_usage_bytes[10m])'),
    silent: [
      promql('rate(container_cpu_usage_seconds_total[5m])'),
      promql('rate(node_network_receive_bytes_total[5m])'),
      promql('rate(http_request_duration_seconds_sum[5m])'),
    ],
    *check(document) {
      for (const { query, tree } of trees(document)) {
        for (const call of find(tree, 'FunctionCall')) {
          const name = functionOf(query.text, call);
          const selector = find(call, 'MatrixSelector')[0];
          if (!COUNTER_FUNCTIONS.test(name) || selector === undefined) continue;
          const metric = metricOf(query.text, find(selector, 'VectorSelector')[0] ?? selector);
          if (!GAUGE_NAME.test(metric) || /_total$/.test(metric)) continue;
          const better = name === 'increase' ? 'delta' : 'deriv';
          const at = place(query, { start: call.start, end: call.start + name.length });
          yield {
            at,
            message: `${metric} is a gauge: ${name}() takes each fall for a reset`,
            ...(isExact(document, query) && { fix: { title: `Use ${better}`, edits: [{ ...at, text: better }] } }),
          };
        }
      }
    },
  },
  {
    id: 'promql-counter-compared',
    severity: 'warning',
    title: 'A counter compared as if it fell again',
    why: 'A `_total` counts since the process started. Once above the threshold it stays there: the alert fires once and for ever, and says nothing about now.',
    fix: 'Compare `increase(x_total[5m])` or `rate(x_total[5m])`.',
    bad: promql('shop_payment_failures_total > 0'),
    good: promql('increase(shop_payment_failures_total[5m]) > 0'),
    silent: [
      promql('increase(x_total[5m]) > 0'),
      promql('node_memory_MemTotal_bytes > 0'),
      promql('sum(kube_pod_total) by (x)'),
      promql('time() - x_total > 5'),
    ],
    *check(document) {
      for (const { query, tree } of trees(document)) {
        for (const node of find(tree, 'BinaryExpr')) {
          if (!node.children.some((child) => /^(?:Gtr|Gte|Lss|Lte|Neq|Eql)$/.test(child.type))) continue;
          const left = unwrap(node.children[0]!);
          const right = node.children.at(-1)!;
          const inner = left.type === 'AggregateExpr' ? find(left, 'FunctionCallBody')[0]?.children[0] : left;
          const metric = inner?.type === 'VectorSelector' ? metricOf(query.text, inner) : '';
          if (!/_total$/.test(metric) || right.type !== 'NumberDurationLiteral') continue;
          yield {
            at: place(query, node),
            message: `${metric} only ever grows: once past ${query.text.slice(right.start, right.end)} this stays true`,
          };
        }
      }
    },
  },
  {
    id: 'promql-rate-as-share',
    severity: 'warning',
    title: 'A rate compared with what looks like a share',
    why: 'A rate is events per second. Compared with 0.01 it means "one in a hundred seconds", not "one per cent": on a busy service it always fires, on a quiet one never.',
    fix: 'Divide by the rate of all: `sum(rate(errors[5m])) / sum(rate(all[5m])) > 0.01`.',
    bad: '```yaml\n- alert: HighErrorRate\n  expr: rate(http_requests_total{status=~"5.."}[5m]) > 0.01\n```\n',
    good: '```yaml\n- alert: HighErrorRate\n  expr: sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.01\n```\n',
    silent: [
      '```yaml\n- alert: Crashes\n  expr: rate(kube_pod_container_status_restarts_total[15m]) > 0\n```\n',
      '```yaml\n- alert: CpuHigh\n  expr: rate(container_cpu_usage_seconds_total[5m]) > 0.8\n```\n',
      '```yaml\n- alert: HighErrorRate\n  expr: rate(x_errors_total[5m]) > 10\n```\n',
    ],
    *check(document) {
      for (const { query, tree } of trees(document)) {
        const top = unwrap(tree.children[0] ?? tree);
        if (top.type !== 'BinaryExpr' || !top.children.some((child) => /^(?:Gtr|Gte)$/.test(child.type))) continue;
        const value = Number(query.text.slice(top.children.at(-1)!.start, top.children.at(-1)!.end));
        const left = unwrap(top.children[0]!);
        const metric = metricOf(query.text, find(left, 'VectorSelector')[0] ?? left);
        const isRate =
          find(left, 'FunctionCall').some((call) => /^i?rate$/.test(functionOf(query.text, call))) &&
          find(left, 'BinaryExpr').length === 0;
        // A rate of seconds per second is a share already.
        if (
          !isRate ||
          !(value > 0 && value <= 0.2) ||
          /seconds_(?:total|sum)$/.test(metric) ||
          !/error|fail|rate|ratio|percent|%/i.test(query.name)
        )
          continue;
        yield {
          at: query.at,
          message: `${said(query)} compares events per second with ${value}, which reads like ${+(value * 100).toFixed(2)} %`,
        };
      }
    },
  },
  {
    id: 'promql-bytes-as-share',
    severity: 'warning',
    title: 'An amount of memory compared with what looks like a share',
    why: 'After dividing by 1024³ the number is gibibytes; compared with 0.8 it is 0.8 GiB, not 80 %, whatever the limit is.',
    fix: 'Divide by the limit, or write the amount that is meant.',
    bad: promql('shop_memory_heap_bytes / (1024*1024*1024) > 0.8'),
    good: promql('shop_memory_heap_bytes / shop_memory_limit_bytes > 0.8'),
    silent: [promql('shop_memory_heap_bytes / (1024*1024*1024) > 4')],
    *check(document) {
      for (const { query } of trees(document)) {
        const match =
          /_bytes\S*\s*\/\s*\(?\s*(?:1024(?:\s*[*^]\s*\d+)*|1e9|1073741824)\s*\)?\s*>=?\s*(0?\.\d+)\s*$/.exec(
            query.text,
          );
        if (match !== null)
          yield {
            at: query.at,
            message: `${said(query)} compares an amount of memory with ${match[1]}, which reads like ${Number(match[1]) * 100} %`,
          };
      }
    },
  },
];

function* trees(document: LintDocument): Iterable<{ query: LintQuery; tree: PromqlNode }> {
  for (const query of document.queries) {
    const tree = parsePromql(query.text);
    if (tree !== null) yield { query, tree };
  }
}

const said = (query: LintQuery) => (query.name === '' ? 'this query' : `the query of ${query.name}`);

/** True when the query stands in the file letter by letter, so that an edit inside it is safe. */
const isExact = (document: LintDocument, query: LintQuery) =>
  document.text.slice(query.at.start, query.at.end) === query.text;

function place(query: LintQuery, node: Span): Span {
  const exact = query.at.end - query.at.start === query.text.length;
  return exact ? { start: query.at.start + node.start, end: query.at.start + node.end } : query.at;
}

function explain(text: string, broken: PromqlNode): string {
  const trailing = /\)\s*(by|without)\s*\(/.exec(text);
  if (
    trailing !== null &&
    !/^\s*(?:sum|avg|min|max|count|topk|bottomk|quantile|stddev|stdvar|group|count_values)\b/.test(text)
  )
    return `\`${trailing[1]}\` belongs to an aggregation such as sum, and there is none`;
  const rest = text.slice(broken.start).trim();
  return rest === '' ? 'it ends too early' : `unexpected \`${rest.slice(0, 20)}\``;
}

/** `rate(x[5m]) by (a)` can only have meant one thing. */
function swapped(query: LintQuery): Pick<Found, 'fix'> {
  const match = /^(i?rate|increase)(\([^()]*\))\s+by\s*(\([\w\s,]*\))$/.exec(query.text.trim());
  if (match === null || query.at.end - query.at.start !== query.text.length) return {};
  return {
    fix: { title: 'Sum around it', edits: [{ ...query.at, text: `sum by ${match[3]} (${match[1]}${match[2]})` }] },
  };
}

/** `rate(metric{labels}[5m])` taken apart; null for anything else. */
function ratedSelector(text: string, side: PromqlNode | undefined): { metric: string; labels: string } | null {
  const call = side === undefined ? undefined : unwrap(side);
  if (call?.type !== 'FunctionCall' || !COUNTER_FUNCTIONS.test(functionOf(text, call))) return null;
  const selector = find(call, 'VectorSelector')[0];
  if (selector === undefined) return null;
  const labels = find(selector, 'LabelMatchers')[0];
  return {
    metric: metricOf(text, selector),
    labels: labels === undefined ? '' : text.slice(labels.start, labels.end).replace(/\s/g, ''),
  };
}
