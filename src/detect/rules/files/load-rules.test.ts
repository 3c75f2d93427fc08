import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRules } from './load-rules.ts';
import { writeRules } from './write-rules.ts';

const rule = (fields: string) => `groups:\n- name: g\n  rules:\n  - ${fields.split('\n').join('\n    ')}\n`;
const firstOf = (text: string) => {
  const { problems } = loadRules(text, 'r.yaml');
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`)[0];
};

describe('a Prometheus rule file', () => {
  it('is read with everything it can say', () => {
    const { groups, problems } = loadRules(
      `groups:
- name: shop
  interval: 30s
  limit: 10
  query_offset: 1m
  labels: {team: shop, severity: info}
  rules:
  - alert: HighErrorRate
    expr: |
      sum(rate(http_requests_total{status=~"5.."}[5m])) by (job)
        / sum(rate(http_requests_total[5m])) by (job) > 0.01
    for: 5m
    keep_firing_for: 10m
    labels: {severity: critical}
    annotations:
      summary: '{{ $labels.job }} fails {{ $value | humanizePercentage }}'
`,
      'rules.yaml',
    );
    expect(problems).toEqual([]);
    expect(groups).toMatchObject([
      {
        name: 'shop',
        file: 'rules.yaml',
        intervalMs: 30_000,
        limit: 10,
        queryOffsetMs: 60_000,
        rules: [
          {
            name: 'HighErrorRate',
            forMs: 300_000,
            keepFiringForMs: 600_000,
            labels: { team: 'shop', severity: 'critical' },
            annotations: { summary: expect.stringContaining('humanizePercentage') },
            line: 8,
          },
        ],
      },
    ]);
  });

  it.each([
    ['no name', 'groups:\n- rules: []\n', '2:3 the name of a group must not be empty'],
    ['a repeated group', 'groups:\n- name: a\n- name: a\n', '3:3 groupname: "a" is repeated in the same file'],
    ['an unknown field', rule('alert: A\nexpr: up\nfro: 5m'), '6:5 field fro not found in a rule'],
    ['a key twice', rule('alert: A\nexpr: up\nexpr: up'), '6:5 key "expr" is written twice'],
    ['both', rule('alert: A\nrecord: b\nexpr: up'), "5:5 only one of 'record' and 'alert' must be set"],
    ['neither', rule('expr: up'), "4:5 one of 'record' or 'alert' must be set"],
    ['no expr', rule('alert: A'), "4:5 field 'expr' must be set in rule"],
    ['an empty expr', rule('alert: A\nexpr: ""'), "5:5 field 'expr' must be set in rule"],
    ['no PromQL', rule('alert: A\nexpr: up ==='), '5:5 could not parse expression: 1:6: unexpected "="'],
    ['an open bracket', rule('alert: A\nexpr: sum(up'), '5:5 could not parse expression: 1:7: unexpected end of input'],
    ['for on a record', rule('record: a:b\nexpr: up\nfor: 5m'), "6:5 invalid field 'for' in recording rule"],
    [
      'annotations on a record',
      rule('record: a:b\nexpr: up\nannotations: {a: b}'),
      "6:5 invalid field 'annotations' in recording rule",
    ],
    [
      'a bad record',
      rule('record: "a{}"\nexpr: up'),
      expect.stringContaining('4:5 braces present in the recording rule name'),
    ],
    ['a bad label', rule('alert: A\nexpr: up\nlabels:\n  "": c'), '7:7 invalid label name: ""'],
    ['the name label', rule('alert: A\nexpr: up\nlabels: {__name__: c}'), '6:14 invalid label name: "__name__"'],
    [
      'an open action',
      rule('alert: A\nexpr: up\nannotations:\n  summary: "{{ $labels.job"'),
      expect.stringMatching(/^7:7 annotation "summary": template: .*unclosed action/),
    ],
    [
      'an unknown function',
      rule('alert: A\nexpr: up\nlabels: {a: "{{ shout $value }}"}'),
      expect.stringMatching(/^6:14 label "a": .*function "shout" not defined/),
    ],
    [
      'a bad duration',
      rule('alert: A\nexpr: up\nfor: 5 minutes'),
      '6:10 unknown unit " minutes" in duration "5 minutes"',
    ],
    ['a list', '- a\n', expect.stringContaining('1:1 holds no rules')],
    ['no YAML', 'groups: [', expect.stringContaining('not valid YAML')],
    ['another file', 'scrape_configs: []\n', '1:1 field scrape_configs not found in a rule file'],
  ])('%s is refused with its place', (_what, text, said) => {
    expect(firstOf(text)).toEqual(said);
    expect(loadRules(text, 'r.yaml').groups).toEqual([]);
  });

  it('is judged in time however deep its expressions are', () => {
    expect(firstOf(rule(`alert: A\nexpr: up${' + up'.repeat(300)}`))).toBeUndefined();
    expect(firstOf(rule(`alert: A\nexpr: ${'('.repeat(1_000)}up${')'.repeat(1_000)}`))).toContain('nested deeper');
    expect(firstOf(rule(`alert: A\nexpr: ${'-('.repeat(20_000)}`))).toContain('could not parse expression');
  });

  it('names every mistake at once, in order', () => {
    const { problems } = loadRules(rule('alert: A\nfoo: 1\nlabels: {"": a}\nexpr: up ==='), 'r.yaml');
    expect(problems.map(({ line }) => line)).toEqual([5, 6, 7]);
  });

  it('knows any text as the name of a metric or a label, as Prometheus 3 does', () => {
    const text = rule(
      `alert: A\nexpr: sum by ("http.status") (rate({"my.metric", "http.status"=~"5.."}[5m])) > 0\nlabels: {"a.b": c}\nannotations: {"é 1": d}`,
    );
    const { groups, problems } = loadRules(text, 'r.yaml');
    expect(problems).toEqual([]);
    expect(groups[0]?.rules[0]).toMatchObject({ labels: { 'a.b': 'c' }, annotations: { 'é 1': 'd' } });
    expect(firstOf(rule('record: my.metric:sum\nexpr: up'))).toBeUndefined();
    expect(firstOf(rule('record: "up{a=1}"\nexpr: up'))).toContain('braces present in the recording rule name');
  });

  it('holds recording rules in their order', () => {
    const { groups, problems, notices } = loadRules(rule('record: a:b\nexpr: up\nlabels: {c: d}'), 'r.yaml');
    expect({ problems, notices }).toEqual({ problems: [], notices: [] });
    expect(groups[0]?.rules).toEqual([{ kind: 'record', name: 'a:b', expression: 'up', labels: { c: 'd' }, line: 4 }]);
  });
});

describe('PrometheusRule objects', () => {
  const object = (name: string, groups = '[{name: g, rules: [{alert: A, expr: up == 0}]}]') =>
    `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: ${name}, namespace: shop}\nspec:\n  groups: ${groups}\n`;

  it('are read from several documents, beside other objects', () => {
    const text = `${object('one')}---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\n---\n${object('two')}`;
    const { groups, problems, notices } = loadRules(text, 'k8s.yaml');
    expect(problems).toEqual([]);
    expect(groups.map(({ file }) => file)).toEqual(['k8s.yaml:shop/one', 'k8s.yaml:shop/two']);
    expect(notices[0]?.message).toContain('kind Service');
  });
  it('are read from lists', () => {
    const items = ['one', 'two'].map((name) => `- ${object(name).trimEnd().replaceAll('\n', '\n  ')}`).join('\n');
    const { groups, problems } = loadRules(`apiVersion: v1\nkind: List\nitems:\n${items}\n`, 'k8s.yaml');
    expect(problems).toEqual([]);
    expect(groups).toHaveLength(2);
  });
  it('have their mistakes placed in the whole file', () => {
    expect(firstOf(`${object('one')}---\n${object('two', '[{name: g, rule: []}]')}`)).toBe(
      '11:22 field rule not found in a group; did you mean rules?',
    );
    expect(firstOf('apiVersion: v1\nkind: PrometheusRule\n')).toContain('apiVersion must be monitoring.coreos.com/v1');
  });
});

describe('thresholds', () => {
  const text = `metrics:
  application:
    - name: api_latency_p99
      threshold: 1000ms
      window: 5m
      severity: warning
    - name: error_rate
      threshold: 1%
      window: 5m
      severity: critical
    - name: request_rate
      threshold: 10000/s
      window: 1m
      severity: info
expressions:
  error_rate: sum(rate(http_requests_total{status=~"5.."}[$window])) / sum(rate(http_requests_total[$window]))
  request_rate: 'sum(job:requests:rate1m) # recorded'
`;
  it('become rules by their expressions, in base units', () => {
    const { groups, problems, notices } = loadRules(text, 't.yaml');
    expect(problems).toEqual([]);
    expect(
      groups[0]?.rules.flatMap((rule) => {
        if (rule.kind === 'record') return [];
        const { name, expression, forMs, labels } = rule;
        return [{ name, expression, forMs, labels }];
      }),
    ).toEqual([
      {
        name: 'ApiLatencyP99',
        expression: '(avg_over_time(api_latency_p99[5m])) > 1',
        forMs: 0,
        labels: { severity: 'warning', metric: 'api_latency_p99', group: 'application' },
      },
      {
        name: 'ErrorRate',
        expression: '(sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))) > 0.01',
        forMs: 0,
        labels: { severity: 'critical', metric: 'error_rate', group: 'application' },
      },
      {
        name: 'RequestRate',
        expression: '(sum(job:requests:rate1m) # recorded\n) > 10000',
        forMs: 60_000,
        labels: { severity: 'info', metric: 'request_rate', group: 'application' },
      },
    ]);
    expect(notices).toMatchObject([
      { line: 3, message: expect.stringContaining('watches the series api_latency_p99') },
    ]);
  });
  it('make no rule that compares a count with a percentage', () => {
    const { groups, notices } = loadRules('metrics: {a: [{name: connection_count, threshold: 80%}]}', 't.yaml');
    expect(groups).toEqual([]);
    expect(notices[0]?.message).toContain('connection_count gets no rule: 80% of what?');
  });
  it.each([
    ['metrics: {a: [{name: x, threshold: lots}]}', '1:36 "lots" is no threshold'],
    ['metrics: {a: [{name: x y, threshold: 1}]}', '1:16 x y is no name of a series'],
    ['metrics: {a: [{name: x}]}', '1:15 x needs a threshold'],
    ['metrics: {a: [{name: x, threshold: 1}]}\nexpressions: {y: up}', '2:15 no metric is called y'],
    ['metrics: {a: [{name: x, threshold: 1, expr: "up("}]}', '1:39 the expression of x could not be parsed'],
    ['metrics: {a: [{name: x, threshold: 1, comparison: "!="}]}', '1:51 comparison must be one of'],
  ])('%s is refused', (given, said) => expect(firstOf(given)).toContain(said));
});

describe('SLOs', () => {
  const slo = (fields: string) => `slos:\n- name: checkout\n  ${fields.split('\n').join('\n  ')}\n`;
  const good = 'good: sum(rate(ok_total[$window]))\ntotal: sum(rate(all_total[$window]))';

  it('become the four burn-rate rules of the workbook', () => {
    const { groups, problems } = loadRules(slo(`objective: 99.9%\nwindow: 30d\n${good}`), 's.yaml');
    expect(problems).toEqual([]);
    const ratio = (window: string) => `(1 - (sum(rate(ok_total[${window}]))) / (sum(rate(all_total[${window}]))))`;
    expect(groups[0]?.rules.map(({ expression, labels }) => [expression, labels['severity']])).toEqual([
      [`${ratio('1h')} > 0.0144\nand\n${ratio('5m')} > 0.0144`, 'critical'],
      [`${ratio('6h')} > 0.006\nand\n${ratio('30m')} > 0.006`, 'critical'],
      [`${ratio('1d')} > 0.003\nand\n${ratio('2h')} > 0.003`, 'warning'],
      [`${ratio('3d')} > 0.001\nand\n${ratio('6h')} > 0.001`, 'warning'],
    ]);
  });
  it('leave out burns that cannot be, and say so', () => {
    const { groups, notices } = loadRules(slo('objective: 90\nwindow: 30d\nerrorRatio: r[$window]'), 's.yaml');
    expect(groups[0]?.rules).toHaveLength(3);
    expect(notices[0]?.message).toContain('more than everything would have to fail');
  });
  it.each([
    [`objective: 100%\n${good}`, '3:14 an objective is between 0% and 100%'],
    [good, '2:3 checkout needs an objective'],
    ['objective: 99%', '2:3 give either errorRatio, or good and total'],
    ['objective: 99%\ngood: a[$window]', '2:3 total is missing'],
    ['objective: 99%\nerrorRatio: up', '4:3 errorRatio must look over [$window]'],
    [`objective: 99%\nwindow: 1h\n${good}`, '4:3 the window of an SLO is at least 1d'],
    [`objective: 99%\n${good}\nburn: 3`, '6:3 field burn not found in an SLO'],
  ])('%s is refused', (fields, said) => expect(firstOf(slo(fields))).toContain(said));
});

describe('any text', () => {
  it('is loaded or refused with a place, never a crash', () => {
    const words = fc.constantFrom(
      ...[
        'groups:',
        '- name: a',
        '  rules:',
        '  - alert: A',
        '    expr: up',
        '---',
        'kind: PrometheusRule',
        'spec:',
        'slos:',
      ],
      ...[
        'metrics:',
        '&a',
        '*a',
        '<<: *a',
        '{',
        ']',
        '"',
        '\t',
        '{{',
        '$window',
        '- ',
        '  ',
        '\u0000',
        'x: 1',
        'kind: List',
      ],
    );
    const texts = fc.array(fc.tuple(fc.constantFrom('', ' ', '\n'), words)).map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(fc.oneof(texts, fc.string()), (text) => {
        const { groups, problems } = loadRules(text, 'r.yaml');
        if (problems.length > 0) expect(groups).toEqual([]);
        for (const { line, column, message } of problems) {
          expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
          expect(message).not.toBe('');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('rules written out', () => {
  it('are read again as what they were', () => {
    const text = `groups:
- {name: g, interval: 90s, limit: 3, query_offset: 1m, rules: [{alert: A, expr: "up == 0 # x", for: 1d2h, keep_firing_for: 500ms, labels: {a: "1"}, annotations: {s: "{{ $value }}: no"}}]}`;
    const { groups } = loadRules(text, 'r.yaml');
    const withoutLines = (read: typeof groups) =>
      read.map((g) => ({ ...g, rules: g.rules.map((r) => ({ ...r, line: 0 })) }));
    const again = loadRules(writeRules(groups), 'r.yaml');
    expect(again.problems).toEqual([]);
    expect(withoutLines(again.groups)).toEqual(withoutLines(groups));
  });
});
