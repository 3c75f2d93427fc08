import { expect, it } from 'vitest';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

const TRY = 'canary.md#try-a-release-as-a-canary';

export function tellCanary(stage: () => DeliveryStage): void {
  const release = (more: Record<string, string> = {}) => ({
    app: 'api',
    container: 'web',
    image: 'shop:2',
    window: '3s',
    watch: '2s',
    least_requests: '100',
    timeout_seconds: '20',
    ...more,
  });
  const canaries = () => stage().kube.kubectl('get', 'deployments', '-n', 'shop', '-l', 'track=canary', '-o', 'name');
  const canaryIsUp = async () =>
    (await canaries()) !== '' && (await stage().look('deployment', 'api-canary', '{.status.readyReplicas}')) === '1';

  it('takes no deployment that would take the pods of a canary for its own', async () => {
    const { kube, deploy, fails } = stage();
    await deploy('plain', { replicas: 1 });
    const refused = await fails(TRY, release({ app: 'plain' }));
    expect(outputOf(refused, 'stable')).toContain('has no track: stable');
    await kube.kubectl('delete', 'deployment', 'plain', '-n', 'shop');
  });

  it('promotes nothing without data', async () => {
    const { deploy, traffic, untilPrometheus, fails, undoes, imageOf } = stage();
    await deploy('api', { labels: { app: 'api', track: 'stable' } });
    traffic.serve('stable', { errorShare: 0.001 });
    await untilPrometheus('sum(rate(http_requests_total{track="stable"}[3s])) > 0');
    const blind = await fails(TRY, release());
    expect(outputOf(blind, 'enough-requests')).toContain('no data');
    expect(await canaryIsUp()).toBe(true);
    const second = await fails(TRY, release());
    expect(outputOf(second, 'stable')).toContain('there is a canary already');
    await undoes(blind);
    expect([await canaries(), await imageOf('api')]).toEqual(['', 'shop:1']);
  });

  it.each([
    ['fails more often', { errorShare: 0.3 }, 'errors-no-worse', 'no-slower'],
    ['is slower', { seconds: 0.8 }, 'no-slower', 'errors-no-worse'],
  ])('takes away a canary that %s than the stable one beside it', async (_, ill, shut, open) => {
    const { traffic, untilPrometheus, fails, undoes, seen, imageOf } = stage();
    const [failed] = await Promise.all([
      fails(TRY, release()),
      seen('the canary is up', canaryIsUp).then(() =>
        traffic.serve('canary', { errorShare: 0, seconds: 0.05, ...ill }),
      ),
    ]);
    expect(outputOf(failed, shut)).toContain('does not hold');
    expect(outputOf(failed, open)).not.toContain('does not hold');
    expect(await imageOf('api')).toBe('shop:1');
    traffic.serve('canary', null);
    await undoes(failed);
    await untilPrometheus('absent_over_time(http_requests_total{track="canary"}[3s])');
    expect(await canaries()).toBe('');
  });

  it('promotes one that is as well, and goes back when asked to', async () => {
    const { kube, traffic, succeeds, undoes, seen, imageOf, look } = stage();
    const [promoted] = await Promise.all([
      succeeds(TRY, release()),
      seen('the canary is up', canaryIsUp).then(() => traffic.serve('canary', { errorShare: 0.001, seconds: 0.05 })),
    ]);
    traffic.serve('canary', null);
    expect([await canaries(), await imageOf('api')]).toEqual(['', 'shop:2']);
    expect(await look('deployment', 'api', '{.status.updatedReplicas}/{.status.replicas}')).toBe('2/2');
    await undoes(promoted);
    expect(await imageOf('api')).toBe('shop:1');
    await kube.kubectl('delete', 'deployment', 'api', '-n', 'shop');
  });
}
