import { expect, it } from 'vitest';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

const PUT = 'scaling.md#put-a-deployment-under-an-autoscaler';
const CHANGE = 'scaling.md#change-the-bounds-of-an-autoscaler';

export function tellScaling(stage: () => DeliveryStage): void {
  const bounds = (least: number, most: number, more: Record<string, string> = {}) => ({
    deployment: 'crowd',
    least_replicas: String(least),
    most_replicas: String(most),
    timeout_seconds: '20',
    ...more,
  });
  const scalers = () => stage().kube.kubectl('get', 'horizontalpodautoscalers', '-n', 'shop', '-o', 'name');

  it('puts a deployment under an autoscaler, which keeps it within bounds that can be changed', async () => {
    const { deploy, succeeds, fails, undoes, look, replicasOf } = stage();
    await deploy('crowd', { replicas: 2 });
    await succeeds(PUT, bounds(3, 4));
    expect(await replicasOf('crowd')).toBe('3');
    const second = await fails(PUT, bounds(3, 4));
    expect(outputOf(second, 'scaler-look')).toContain('the autoscaler crowd has it in hand');
    const none = await fails(CHANGE, bounds(5, 4));
    expect(outputOf(none, 'bounds-look')).toContain('the bounds 5 to 4 are none');

    // Nobody has room for so many: the bounds before come back.
    await stage().kube.kubectl('set', 'resources', 'deployment/crowd', '-n', 'shop', '--requests=cpu=3');
    const tooMany = await fails(CHANGE, bounds(6, 8, { timeout_seconds: '2' }));
    expect(outputOf(tooMany, 'within-new-bounds')).toContain('timed out');
    await undoes(tooMany);
    expect(await look('horizontalpodautoscaler', 'crowd', '{.spec.minReplicas}-{.spec.maxReplicas}')).toBe('3-4');
    await stage().kube.kubectl('delete', 'deployment/crowd', 'horizontalpodautoscaler/crowd', '-n', 'shop');
  });

  it('takes the autoscaler away again when there is no room for what it wants', async () => {
    const { kube, deploy, fails, undoes, replicasOf } = stage();
    await deploy('crowd', { replicas: 2, cpu: '3' });
    const failed = await fails(PUT, bounds(6, 8, { timeout_seconds: '2' }));
    expect(outputOf(failed, 'within-bounds')).toContain('timed out');
    expect(await replicasOf('crowd')).toBe('6');
    await undoes(failed);
    expect([await scalers(), await replicasOf('crowd')]).toEqual(['', '2']);

    const without = '[{"op":"remove","path":"/spec/template/spec/containers/0/resources"}]';
    await kube.kubectl('patch', 'deployment', 'crowd', '-n', 'shop', '--type=json', '-p', without);
    const blind = await fails(PUT, bounds(2, 4));
    expect(outputOf(blind, 'scaler-look')).toContain('without a request for CPU, which the autoscaler divides by: web');
    await kube.kubectl('delete', 'deployment', 'crowd', '-n', 'shop');
  });
}
