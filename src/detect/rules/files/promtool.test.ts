import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { programOnPath, requireServer } from '../../../../test/harness/require-server.ts';
import { loadRules } from './load-rules.ts';

/** Prometheus's own tool as the judge. Distributions ship old releases of it, so these files use what 2.42 knows. */
const promtool = await requireServer('promtool', programOnPath('promtool'));
const run = promisify(execFile);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-promtool-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(promtool.skipUnlessThere);

async function promtoolAccepts(yaml: string): Promise<boolean> {
  const file = join(folder, 'rules.yml');
  await writeFile(file, yaml);
  return run('promtool', ['check', 'rules', file]).then(
    () => true,
    () => false,
  );
}
const rule = (fields: string) => `groups: [{name: g, rules: [{${fields}}]}]`;

describe('promtool judges alike', () => {
  it.each([
    rule('alert: A, expr: up == 0, for: 5m, keep_firing_for: 1h30m, labels: {a: b}, annotations: {s: "{{ $value }}"}'),
    rule('alert: A, expr: up == 0, for: 0s, labels: {a: ""}'),
    rule('alert: A, expr: 1'),
    rule('alert: A, expr: "up", annotations: {s: "{{ range .Labels }}{{ end }}"}'),
    rule('alert: A, expr: "up", annotations: {s: "{{ .Values }}"}'),
    rule('alert: A, expr: "up", annotations: {s: "{{ end }}"}'),
    rule('alert: A, expr: "up", annotations: {s: "{{ humanise 1 }}"}'),
    rule('alert: A, expr: "up", annotations: {s: "{{ $job }}"}'),
    rule('alert: A, expr: "up", annotations: {s: "{{ stripPort $labels.instance | toUpper | title }}"}'),
    rule('alert: A, expr: "up", annotations: {s: "{{ humanizeTimestamp 1 }} {{ parseDuration \\"1h\\" }}"}'),
    rule('alert: A, expr: "up", labels: {__name__: x}'),
    rule('alert: A, expr: "up{"'),
    rule('alert: A, expr: "rate(up[5m]) > 0 and on (job) up"'),
    rule('alert: A, expr: "rate(up[5m:30s] offset 1h) > bool 0"'),
    rule('alert: A, expr: "nonsense(up)"'),
    ...[
      'rate(up)',
      'rate(up[5m])',
      'sum(up[5m])',
      'sum(1)',
      'topk(up)',
      'topk(1, up)',
      'quantile("a", up)',
      'count_values("a", up)',
      'up[5m]',
      '"text"',
      '1 > 2',
      '1 > bool 2',
      '1 + up',
      '1 and up',
      'up and 1',
      'vector(up)',
      'vector(1)',
      'scalar(up)',
      'scalar(up) > 1',
      'time() > 5',
      'time(1)',
      'round(up)',
      'round(up, 0.5)',
      'round(up, 1, 2)',
      "label_replace(up, 'a', 'b', 'c', 'd')",
      "label_replace(up, 'a')",
      "label_join(up, 'a', ',')",
      "label_join(up, 'a', ',', 'b', 'c')",
      '-up',
      '-"a"',
      '(up)[5m:1m]',
      'rate(up[5m])[5m:1m]',
      'up[5m][5m:1m]',
      'histogram_quantile(0.9, rate(x_bucket[5m]))',
      'histogram_quantile(rate(x[5m]), 0.9)',
      '{}',
      "{a=''}",
      "{a=~'.*'}",
      "{a=~'.+'}",
      "{a!=''}",
      "{a=~'('}",
      "up{a=~'('}",
      'day_of_week()',
      'day_of_week(up)',
      'sum by (a) (rate(x[5m])) / on (a) group_left (b) y',
      'clamp_max(up, up)',
      'max_over_time(deriv(rate(x[5m])[30s:5s])[5m:])',
      'absent(up) or up',
      'up @ end() offset 5m',
      'predict_linear(x[1h], 3600) < 0',
      'sort(up, 1)',
      'nosuch()',
      'up + on (a) group_right y',
      'avg without () (up)',
      'bottomk(3, 4)',
    ].map((expr) => rule(`alert: A, expr: ${JSON.stringify(expr)}`)),
    rule('alert: A, expr: "up", for: five'),
    rule('alert: A, expr: "up", for: -5m'),
    rule('alert: A'),
    rule('expr: up'),
    rule('alert: A, record: b, expr: up'),
    rule('record: "a:b", expr: up'),
    rule('record: a, expr: up, for: 5m'),
    rule('record: a, expr: up, annotations: {a: b}'),
    rule('alert: A, expr: up, unknown: 1'),
    rule('record: "a{b=1}", expr: up'),
    'groups: [{name: g}, {name: g}]',
    'groups: [{name: ""}]',
    'groups: [{name: g, interval: 1m, limit: 5}]',
    'groups: [{name: g, interval: soon}]',
    'groups: {}',
    'groups: []',
    'rules: []',
    '{}',
    'groups: [',
  ])('%s', async (text) => {
    const { problems } = loadRules(text, 'rules.yml');
    expect({ accepted: problems.length === 0, problems }).toEqual({
      accepted: await promtoolAccepts(text),
      problems,
    });
  });
});
