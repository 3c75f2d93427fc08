import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { startPrometheus, type TestPrometheus } from '../harness/servers/prometheus.ts';
import { type MetricsExporter, startMetricsExporter } from '../library/metrics-exporter.ts';
import { runHoldfast } from './cli-process.ts';

const prometheusThere = await requireServer('prometheus', programOnPath('prometheus'));

/** Longer than any of it takes, also on a machine that does much else. */
const SOON = { timeout: 45_000, interval: 200 };
const LIMIT_MS = 180_000;
const RULES = `
groups:
- name: shop
  interval: 1s
  rules:
  - alert: ShopFails
    expr: sum(rate(http_requests_total{status="500"}[3s])) / sum(rate(http_requests_total[3s])) > 0.2
    for: 1s
    labels: { severity: critical, team: shop }
    annotations: { summary: 'the shop fails {{ $value | humanizePercentage }} of its orders' }
  - alert: Broken
    expr: up and on (nothing) label_replace(up, "a", "$1", "job", "(")
`;
const ROUTING = `
route: { receiver: nobody, group_by: [alertname], group_wait: 100ms, group_interval: 1s }
receivers: [{ name: nobody }]
`;

let folder: string;
let exporter: MetricsExporter;
let prometheus: TestPrometheus;
let server: ServerProcess;
beforeEach(prometheusThere.skipUnlessThere);
const config = () => ({
  alertmanagerConfig: './routing.yml',
  targets: { metrics: { kind: 'prometheus', url: prometheus.url } },
  rules: { files: ['./rules/*.yaml'], packs: [], target: 'metrics', externalLabels: { region: 'eu' } },
});
beforeAll(async () => {
  if (programOnPath('prometheus') === null) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-rules-'));
  writeFileSync(join(folder, 'routing.yml'), ROUTING);
  mkdirSync(join(folder, 'rules'));
  writeFileSync(join(folder, 'rules', 'shop.yaml'), RULES);
  exporter = await startMetricsExporter();
  prometheus = await startPrometheus({ job: 'shop', address: exporter.address });
  server = await startServerProcess({ folder, config: config() });
});
afterAll(async () => {
  await server?.stop();
  await prometheus?.stop();
  await exporter?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

type PrometheusRules = {
  status: string;
  data: { groups: { name: string; rules: { name: string; state: string; health: string; lastError?: string }[] }[] };
};
type PrometheusAlerts = { data: { alerts: { labels: Record<string, string>; state: string; value: string }[] } };
type Rule = { id: string; name: string; state: string; health: string; error: string | null };
type Incident = { id: string; title: string; status: string; severity: { rank: number } };

const rulesNow = async () => (await server.api<{ items: Rule[] }>('GET', '/api/v1/alert-rules')).items;
const ruleCalled = async (name: string) => (await rulesNow()).find((rule) => rule.name === name);
const incidentOf = async (name: string) =>
  (await server.api<{ items: Incident[] }>('GET', '/api/v1/incidents?limit=500')).items.find(({ title }) =>
    title.startsWith(name),
  );
const alertsNow = () =>
  server.api<{ labels: Record<string, string>; annotations: Record<string, string>; generatorURL: string }[]>(
    'GET',
    '/api/v2/alerts',
  );

describe('a rule over the metrics of a real Prometheus', { timeout: LIMIT_MS }, () => {
  it('fires into an incident, is remembered over a restart, and its end arrives', async () => {
    await expect.poll(async () => (await ruleCalled('ShopFails'))?.health, SOON).toBe('ok');
    expect(await ruleCalled('ShopFails')).toMatchObject({ state: 'inactive' });

    exporter.set({ errorShare: 0.5 });
    await expect.poll(async () => (await ruleCalled('ShopFails'))?.state, SOON).toBe('firing');
    await expect.poll(() => incidentOf('ShopFails'), SOON).toMatchObject({ severity: { rank: 1 } });
    const [alert] = (await alertsNow()).filter(({ labels }) => labels['alertname'] === 'ShopFails');
    expect(alert).toMatchObject({
      labels: { alertname: 'ShopFails', severity: 'critical', team: 'shop', region: 'eu' },
      annotations: { summary: expect.stringMatching(/^the shop fails [\d.]+% of its orders$/) },
      generatorURL: expect.stringContaining(`${prometheus.url}/graph?g0.expr=`),
    });

    await server.stop();
    server = await startServerProcess({ folder, config: config() });
    const { data } = await server.api<PrometheusAlerts>('GET', '/api/v1/alerts');
    expect(data.alerts).toMatchObject([{ state: 'firing', labels: { alertname: 'ShopFails', team: 'shop' } }]);
    expect(Number(data.alerts[0]?.value)).toBeGreaterThan(0.2);

    exporter.set({ errorShare: 0 });
    await expect.poll(async () => (await ruleCalled('ShopFails'))?.state, SOON).toBe('inactive');
    await expect.poll(async () => (await alertsNow()).length, SOON).toBe(0);
    await expect
      .poll(async () => (await server.api<{ items: { status: string }[] }>('GET', '/api/v1/findings')).items, SOON)
      .toSatisfy((items: { status: string }[]) => items.every(({ status }) => status !== 'open'));
  });

  it('tells its health where its expression cannot be evaluated', async () => {
    await expect.poll(async () => (await ruleCalled('Broken'))?.health, SOON).toBe('err');
    expect((await ruleCalled('Broken'))?.error).toContain('invalid regular expression');
  });

  it('is listed as Prometheus lists it, with its filters', async () => {
    const named = async (query: string) =>
      (await server.api<PrometheusRules>('GET', `/api/v1/rules${query}`)).data.groups.flatMap(({ rules }) =>
        rules.map(({ name }) => name),
      );
    expect(await named('')).toEqual(['ShopFails', 'Broken']);
    expect(await named('?type=record')).toEqual([]);
    expect(await named('?type=alert&rule_name[]=Broken&rule_name[]=Other')).toEqual(['Broken']);
    expect(await named('?rule_group[]=none')).toEqual([]);
    expect(await named(`?file[]=${encodeURIComponent(join(folder, 'rules', 'shop.yaml'))}`)).toHaveLength(2);
    await expect(named('?type=other')).rejects.toThrow(/400/);
    const { data } = await server.api<PrometheusRules>('GET', '/api/v1/rules?rule_name[]=Broken');
    expect(data.groups[0]).toMatchObject({
      name: 'shop',
      interval: 1,
      limit: 0,
      rules: [{ type: 'alerting', duration: 0, state: 'inactive', lastError: expect.any(String), alerts: [] }],
    });
  });

  it('is shown on the command line', async () => {
    const ask = (...args: string[]) =>
      runHoldfast(['rules', ...args, '--server', server.address, '--token', server.token], { cwd: folder });
    const list = await ask('ls');
    expect(list).toMatchObject({ code: 0, stdout: expect.stringMatching(/error\s+Broken/) });
    const id = (await ruleCalled('Broken'))?.id ?? '';
    expect((await ask('show', id)).stdout).toContain('invalid regular expression');
    expect(await ask('ls', '--state', 'firing')).toMatchObject({ code: 0, stdout: 'No rule is like this.\n' });
  });

  it('is read again on HUP, and a bad file changes nothing', async () => {
    const file = join(folder, 'rules', 'more.yaml');
    writeFileSync(file, 'groups: [{name: more, rules: [{alert: Bad, expr: "up ==="}]}]');
    process.kill(server.pid, 'SIGHUP');
    await expect.poll(() => server.log.join('\n'), SOON).toContain('the old rules are kept');
    expect(server.log.join('\n')).toContain('more.yaml:1:');
    expect((await rulesNow()).map(({ name }) => name)).toEqual(['ShopFails', 'Broken']);

    writeFileSync(file, 'groups: [{name: more, interval: 1s, rules: [{alert: Always, expr: vector(1)}]}]');
    process.kill(server.pid, 'SIGHUP');
    await expect.poll(async () => (await ruleCalled('Always'))?.state, SOON).toBe('firing');
    const isToldOf = async () => (await alertsNow()).some(({ labels }) => labels['alertname'] === 'Always');
    await expect.poll(isToldOf, SOON).toBe(true);

    rmSync(file);
    process.kill(server.pid, 'SIGHUP');
    await expect.poll(isToldOf, SOON).toBe(false);
    expect(await ruleCalled('Always')).toBeUndefined();
  });
});

describe('holdfast rules check', () => {
  it('needs no server, and names what is wrong with its line', async () => {
    const good = await runHoldfast(['rules', 'check', 'rules/shop.yaml'], { cwd: folder });
    expect(good).toMatchObject({ code: 0, stdout: expect.stringContaining('2 rules in 1 group') });
    writeFileSync(join(folder, 'bad.yaml'), 'groups:\n- name: a\n  rules:\n  - alert: B\n    expr: rate(up)\n');
    const bad = await runHoldfast(['rules', 'check', 'bad.yaml', '--json'], { cwd: folder });
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject([
      {
        problems: [
          { file: 'bad.yaml', line: 5, column: 5, message: expect.stringContaining('expected type range vector') },
        ],
      },
    ]);
    expect((await runHoldfast(['rules', 'check', 'none.yaml'], { cwd: folder })).code).not.toBe(0);
  });
});
