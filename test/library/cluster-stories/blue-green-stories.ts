import { expect, it } from 'vitest';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

export function tellBlueGreen(stage: () => DeliveryStage): void {
  const serving = () => stage().look('service', 'front', '{.spec.selector.colour}');
  const serve = (colour: string) =>
    stage().kube.kubectl('set', 'selector', 'service/front', `app=front,colour=${colour}`, '-n', 'shop');
  const pods = async () => `${await stage().replicasOf('front-blue')}/${await stage().replicasOf('front-green')}`;
  const release = (more: Record<string, string> = {}) => ({
    app: 'front',
    service: 'front',
    container: 'web',
    image: 'shop:2',
    probe: 'service',
    window: '3s',
    watch: '1s',
    timeout_seconds: '20',
    ...more,
  });
  const RELEASE = 'blue-green.md#release-on-the-idle-colour';

  it('releases on the idle colour, and lets the old one serve again when that is rolled back', async () => {
    const { deploy, kube, traffic, untilPrometheus, succeeds, undoes, imageOf } = stage();
    await deploy('front-blue', { labels: { app: 'front', colour: 'blue' } });
    await deploy('front-green', { replicas: 0, labels: { app: 'front', colour: 'green' } });
    await kube.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'front', namespace: 'shop' },
      spec: { selector: { app: 'front', colour: 'blue' }, ports: [{ port: 80 }] },
    });
    traffic.serve('stable', { errorShare: 0 });
    await untilPrometheus('sum(rate(http_requests_total[3s])) > 0');
    const run = await succeeds(RELEASE, release());
    expect([await serving(), await pods(), await imageOf('front-green')]).toEqual(['green', '0/2', 'shop:2']);
    await undoes(run);
    expect([await serving(), await pods(), await imageOf('front-green')]).toEqual(['blue', '2/0', 'shop:1']);
  });

  it('goes back when the new colour serves errors', async () => {
    const { traffic, fails, undoes, seen, untilPrometheus } = stage();
    const [failed] = await Promise.all([
      fails(RELEASE, release({ watch: '20s' })),
      seen('green serves', async () => (await serving()) === 'green').then(() =>
        traffic.serve('stable', { errorShare: 0.5 }),
      ),
    ]);
    expect(outputOf(failed, 'serves-well')).toContain('does not hold');
    expect([await serving(), await pods()]).toEqual(['green', '2/2']);
    // The metrics say so no longer: what undoes a release asks nobody.
    await undoes(failed);
    expect([await serving(), await pods()]).toEqual(['blue', '2/0']);
    traffic.serve('stable', { errorShare: 0 });
    await untilPrometheus('sum(rate(http_requests_total{status="500"}[3s])) == 0');
  });

  it('does not switch what somebody else has switched meanwhile, and leaves those pods alone', async () => {
    const { service, fails, undoes, seen, replicasOf } = stage();
    service.break();
    const [refused] = await Promise.all([
      fails(RELEASE, release()),
      seen('green is up', async () => (await replicasOf('front-green')) === '2').then(async () => {
        await serve('green');
        service.repair();
      }),
    ]);
    expect(outputOf(refused, 'switch')).toContain('does not choose blue any more');
    await expect(undoes(refused)).rejects.toThrow('green serves: its pods stay as they are');
    expect([await serving(), await pods()]).toEqual(['green', '2/2']);
  });

  it('switches back by a procedure of its own', async () => {
    const { kube, succeeds } = stage();
    await kube.kubectl('scale', 'deployment/front-blue', '-n', 'shop', '--replicas=0');
    await succeeds('blue-green.md#switch-back-to-the-other-colour', {
      app: 'front',
      service: 'front',
      timeout_seconds: '20',
    });
    expect([await serving(), await pods()]).toEqual(['blue', '2/2']);
    await kube.kubectl('delete', 'deployment', 'front-blue', 'front-green', '-n', 'shop', '--wait');
  });
}
