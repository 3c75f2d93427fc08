import { expect, it } from 'vitest';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

const BREAKER = 'circuit_breaker_open{breaker="upstream"}';

export function tellBreaker(stage: () => DeliveryStage): void {
  const inputs = () => ({
    deployment: 'caller',
    upstream_url: `${stage().service.address}/health`,
    prometheus_url: stage().prometheus.url,
    window: '3s',
    watch: '1s',
    patience: '20s',
    timeout_seconds: '20',
  });
  const generation = () => stage().look('deployment', 'caller', '{.metadata.generation}');

  it('leaves a breaker open while the upstream is broken, and does nothing about one that is closed', async () => {
    const { deploy, service, traffic, untilPrometheus, fails } = stage();
    await deploy('caller');
    traffic.serve('stable', { errorShare: 0 });
    traffic.gauge(BREAKER, 0);
    await untilPrometheus('circuit_breaker_open == 0');
    const closed = await fails('breaker-open.md', inputs());
    expect(outputOf(closed, 'open-still')).toContain('does not hold: 0');

    traffic.gauge(BREAKER, 1);
    await untilPrometheus('circuit_breaker_open == 1');
    service.break();
    const broken = await fails('breaker-open.md', inputs());
    service.repair();
    expect(outputOf(broken, 'open-breakers')).toContain('"breaker":"upstream"');
    expect(outputOf(broken, 'upstream-is-well')).toContain('Leave the breaker open');
    expect(await generation()).toBe('1');
  });

  it('replaces the pods that hold it once the upstream is well, and believes only the numbers', async () => {
    const { kube, traffic, succeeds, seen } = stage();
    const [closed] = await Promise.all([
      succeeds('breaker-open.md', inputs()),
      seen('its pods are replaced', async () => (await generation()) === '2').then(() => traffic.gauge(BREAKER, 0)),
    ]);
    expect(outputOf(closed, 'stays-closed')).toMatch(/ holds: 1/);
    expect(outputOf(closed, 'upstream-is-well')).toContain('answer 5: 200');
    const sets = await kube.kubectl('get', 'replicasets', '-n', 'shop', '-l', 'app=caller', '-o', 'name');
    expect(sets.trim().split('\n')).toHaveLength(2);
    await kube.kubectl('delete', 'deployment', 'caller', '-n', 'shop');
  });
}
