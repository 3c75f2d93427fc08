import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../../fakes/recording-http-server.ts';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

/** What an API says about its limits before it has come back, and after. */
type Limit = { used: Record<string, string>; back: Record<string, string>; staysAway?: true };

export function tellLimits(stage: () => DeliveryStage): void {
  let api: RecordingServer;
  beforeAll(async () => {
    api = await startRecordingServer();
  });
  afterAll(() => api?.close());

  /** From now on the API refuses for so long, and answers then. */
  const limit = ({ used, back, staysAway }: Limit, forMs: number) => {
    const backAt = Date.now() + forMs;
    api.requests.length = 0;
    api.answer = (response: ServerResponse) =>
      Date.now() >= backAt && !staysAway ? response.writeHead(200, back).end() : response.writeHead(429, used).end();
  };
  const pace = () =>
    stage().look('deployment', 'agent', '{.spec.template.spec.containers[0].env[?(@.name=="MAX_CALLS")].value}');
  const paces = () =>
    stage().kube.kubectl(
      'get',
      'replicasets',
      '-n',
      'shop',
      '-l',
      'app=agent',
      '-o',
      'jsonpath={.items[*].spec.template.spec.containers[0].env[*].value}',
    );
  const inputs = (more: Record<string, string> = {}) => ({
    deployment: 'agent',
    upstream: 'gitlab',
    api_url: `${api.url}/api/v4/version`,
    prometheus_url: stage().prometheus.url,
    pace_variable: 'MAX_CALLS',
    slow_pace: '7',
    window: '3s',
    timeout_seconds: '20',
    ...more,
  });

  it('slows the consumer down until the limit is back, and gives it its pace again', async () => {
    const { deploy, folder, kube, traffic, untilPrometheus, succeeds } = stage();
    await deploy('agent', { replicas: 1 });
    await kube.kubectl('set', 'env', 'deployment/agent', '-n', 'shop', 'MAX_CALLS=1000');
    traffic.grow('upstream_requests_total{upstream="gitlab",pod="agent-1",status="200"}', 5);
    await untilPrometheus('sum(increase(upstream_requests_total[3s])) > 0');
    limit(
      {
        used: {
          'RateLimit-Limit': '2000',
          'RateLimit-Remaining': '0',
          'RateLimit-Reset': String(Math.ceil(Date.now() / 1_000) + 4),
        },
        back: { 'RateLimit-Remaining': '1990' },
      },
      4_000,
    );
    const headers = join(folder, 'headers');
    writeFileSync(headers, 'PRIVATE-TOKEN: token of the agent\n');
    const run = await succeeds('rate-limit-exhausted.md', inputs({ header_file: headers }));
    expect(outputOf(run, 'limit-look')).toMatch(/^0 calls left; the limit comes back in [1-5] s$/m);
    expect(outputOf(run, 'who-calls')).toContain('"pod":"agent-1"');
    expect(api.requests.every(({ headers }) => headers['private-token'] === 'token of the agent')).toBe(true);
    expect(JSON.stringify(run)).not.toContain('token of the agent');
    expect(await pace()).toBe('1000');
    expect((await paces()).split(' ')).toContain('7');
  });

  it('leaves it slow while the API still refuses, and puts back that nothing was set', async () => {
    const { kube, fails, undoes } = stage();
    await kube.kubectl('set', 'env', 'deployment/agent', '-n', 'shop', 'MAX_CALLS-');
    limit({ used: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1' }, back: {}, staysAway: true }, 0);
    const failed = await fails('rate-limit-exhausted.md', inputs());
    expect(outputOf(failed, 'calls-left')).toContain('the API still answers 429');
    expect(await pace()).toBe('7');
    await undoes(failed);
    expect(await pace()).toBe('');
  });

  it('waits for nothing that is too far off, and asks only who says when', async () => {
    const { fails, undoes } = stage();
    limit({ used: { 'Retry-After': new Date(Date.now() + 7_200_000).toUTCString() }, back: {}, staysAway: true }, 0);
    const far = await fails('rate-limit-exhausted.md', inputs());
    expect(outputOf(far, 'until-back')).toMatch(/comes back in 7\d{3} s, more than the 3600 s/);
    await undoes(far);
    limit({ used: {}, back: {}, staysAway: true }, 0);
    const silent = await fails('rate-limit-exhausted.md', inputs());
    expect(outputOf(silent, 'limit-look')).toContain('does not say when its limit comes back');
    expect(await pace()).toBe('');
    await stage().kube.kubectl('delete', 'deployment', 'agent', '-n', 'shop');
  });
}
