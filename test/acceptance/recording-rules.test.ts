import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { startPrometheus, type TestPrometheus } from '../harness/servers/prometheus.ts';
import { type MetricsExporter, startMetricsExporter } from '../library/metrics-exporter.ts';

const prometheusThere = await requireServer('prometheus', programOnPath('prometheus'));
const SOON = { timeout: 45_000, interval: 200 };
const LIMIT = { timeout: 180_000 };
const RULES = `
groups:
- name: shop
  interval: 1s
  rules:
  - record: job:requests:rate3s
    expr: sum by (job) (rate(http_requests_total[3s]))
  - record: job:errors:ratio
    expr: sum by (job) (rate(http_requests_total{status="500"}[3s])) / job:requests:rate3s
    labels: { team: shop }
  - alert: ShopFails
    expr: job:errors:ratio{team="shop"} > 0.2 and min_over_time(job:errors:ratio[2s]) > 0.1
    labels: { severity: critical }
    annotations: { whose: '{{ query "job:errors:ratio > 0" | first | label "team" }} has {{ query "count(up)" | first | value }}' }
  - alert: ReadsWhatItCannot
    expr: '{__name__=~"job:errors:.*"} > 2'
`;

let folder: string;
let exporter: MetricsExporter;
let prometheus: TestPrometheus;
beforeEach(prometheusThere.skipUnlessThere);
beforeAll(async () => {
  if (programOnPath('prometheus') === null) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-recording-'));
  exporter = await startMetricsExporter();
  prometheus = await startPrometheus({ job: 'shop', address: exporter.address }, { takesWrites: true });
});
afterAll(async () => {
  await prometheus?.stop();
  await exporter?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

type Rule = {
  name: string;
  type: string;
  state?: string;
  health: string;
  lastError?: string;
  alerts?: { annotations: Record<string, string> }[];
};
type Listed = { data: { groups: { rules: Rule[] }[] } };

async function withServer(name: string, settings: object, story: (server: ServerProcess) => Promise<void>) {
  const own = join(folder, name);
  mkdirSync(own);
  writeFileSync(join(own, 'shop.yaml'), RULES);
  const server = await startServerProcess({
    folder: own,
    config: {
      targets: { metrics: { kind: 'prometheus', url: prometheus.url } },
      rules: { files: ['./shop.yaml'], target: 'metrics', packs: [], ...settings },
    },
  });
  try {
    await story(server);
  } finally {
    exporter.set({ errorShare: 0 });
    await server.stop();
  }
}

const ruleOf = async (server: ServerProcess, name: string) => {
  const { data } = await server.api<Listed>('GET', '/api/v1/rules');
  return data.groups.flatMap(({ rules }) => rules).find((rule) => rule.name === name);
};
async function ask(query: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
  return ((await response.json()) as { data: { result: [] } }).data.result;
}

describe('rules over what other rules record', LIMIT, () => {
  it('are right although nothing keeps the series', async () => {
    await withServer('inlined', {}, async (server) => {
      await expect.poll(async () => (await ruleOf(server, 'ShopFails'))?.health, SOON).toBe('ok');
      exporter.set({ errorShare: 0.5 });
      await expect.poll(async () => (await ruleOf(server, 'ShopFails'))?.state, SOON).toBe('firing');
      // Its text asks the server, for what nothing keeps too.
      const [alert] = (await ruleOf(server, 'ShopFails'))?.alerts ?? [];
      expect(alert?.annotations).toEqual({ whose: 'shop has 1' });
      exporter.set({ errorShare: 0 });
      await expect.poll(async () => (await ruleOf(server, 'ShopFails'))?.state, SOON).toBe('inactive');
      expect(await ask('job:errors:ratio')).toEqual([]);
      expect(await ruleOf(server, 'job:errors:ratio')).toMatchObject({ type: 'recording', health: 'unknown' });
      const wrong = await ruleOf(server, 'ReadsWhatItCannot');
      expect(wrong).toMatchObject({ health: 'err', lastError: expect.stringContaining('set rules.remoteWrite') });
    });
  });

  it('read the series where they are written', async () => {
    const remoteWrite = `${prometheus.url}/api/v1/write`;
    await withServer('written', { remoteWrite }, async (server) => {
      exporter.set({ errorShare: 0.5 });
      await expect.poll(async () => (await ruleOf(server, 'ShopFails'))?.state, SOON).toBe('firing');
      const [series] = await ask('job:errors:ratio');
      expect(series?.metric).toEqual({ __name__: 'job:errors:ratio', job: 'shop', team: 'shop' });
      expect(Number(series?.value[1])).toBeGreaterThan(0.2);
      expect(await ruleOf(server, 'job:errors:ratio')).toMatchObject({ type: 'recording', health: 'ok' });
      expect(await ruleOf(server, 'ReadsWhatItCannot')).toMatchObject({ health: 'ok' });
    });
  });

  it('say that their series cannot be written', async () => {
    await withServer('refused', { remoteWrite: `${prometheus.url}/nowhere` }, async (server) => {
      await expect.poll(async () => (await ruleOf(server, 'job:errors:ratio'))?.health, SOON).toBe('err');
      expect((await ruleOf(server, 'job:errors:ratio'))?.lastError).toContain(
        'could not be kept: remote write: HTTP 404',
      );
    });
  });
});

describe('rules that ship', LIMIT, () => {
  const groupsOf = async (server: ServerProcess) =>
    (await server.api<{ data: { groups: { name: string }[] } }>('GET', '/api/v1/rules')).data.groups.map(
      ({ name }) => name,
    );

  it('watch Holdfast where nothing else is said, and are on by their names', async () => {
    await withServer('default', { files: [], packs: undefined }, async (server) => {
      expect(await groupsOf(server)).toEqual(['holdfast']);
      await expect.poll(async () => (await ruleOf(server, 'HoldfastDown'))?.health, { timeout: 90_000 }).toBe('ok');
    });
    await withServer('chosen', { files: [], packs: ['driftlock', 'architect'] }, async (server) => {
      expect((await groupsOf(server)).sort()).toEqual(['api', 'driftlock']);
    });
  });

  it('are not there under another name', async () => {
    await expect(withServer('unknown', { files: [], packs: ['nonsense'] }, async () => {})).rejects.toThrow(
      /nonsense|packs/,
    );
  });
});
