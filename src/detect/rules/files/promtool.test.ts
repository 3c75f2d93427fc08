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
    rule('alert: A, expr: "up", annotations: {"a b": x}'),
    rule('alert: A, expr: "up", labels: {"a-b": x}'),
    rule('alert: A, expr: "up", labels: {__name__: x}'),
    rule('alert: A, expr: "up{"'),
    rule('alert: A, expr: "rate(up[5m]) > 0 and on (job) up"'),
    rule('alert: A, expr: "rate(up[5m:30s] offset 1h) > bool 0"'),
    rule('alert: A, expr: "nonsense(up)"'),
    rule('alert: A, expr: "up", for: five'),
    rule('alert: A, expr: "up", for: -5m'),
    rule('alert: A'),
    rule('expr: up'),
    rule('alert: A, record: b, expr: up'),
    rule('record: "a:b", expr: up'),
    rule('record: "a b", expr: up'),
    rule('record: a, expr: up, for: 5m'),
    rule('record: a, expr: up, annotations: {a: b}'),
    rule('alert: A, expr: up, unknown: 1'),
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
