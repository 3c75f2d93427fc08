import { expect, it } from 'vitest';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

export function tellDrills(stage: () => DeliveryStage): void {
  const END = 'drills.md#end-one-pod';
  const pods = () => stage().kube.kubectl('get', 'pods', '-n', 'shop', '-l', 'app=drilled', '-o', 'name');
  const eachNode = (verb: 'cordon' | 'uncordon') => stage().kube.kubectl(verb, 'node-a', 'node-b');

  it('ends one pod of several and says how long it took to be whole again', async () => {
    const { deploy, succeeds } = stage();
    await deploy('drilled', { replicas: 2 });
    const before = (await pods()).trim().split('\n');
    const run = await succeeds(END, { deployment: 'drilled' });
    const kept = (await pods()).split('\n').filter((pod) => before.includes(pod));
    expect(kept).toHaveLength(1);
    const [, ms] = /whole again after (\d+) ms/.exec(outputOf(run, 'recovery')) ?? [];
    expect(Number(ms)).toBeGreaterThan(0);
    expect(outputOf(run, 'pod-report')).toContain(`Whole again after ${ms} ms; allowed were 120 s`);
  });

  it('touches neither the last pod nor one that a disruption budget keeps', async () => {
    const { kube, deploy, fails } = stage();
    await deploy('lonely', { replicas: 1 });
    const last = await fails(END, { deployment: 'lonely' });
    expect(outputOf(last, 'pod-look')).toContain('an outage, not a drill');
    await kube.kubectl('delete', 'deployment', 'lonely', '-n', 'shop');

    const budget = ['poddisruptionbudget', 'drilled', '-n', 'shop'];
    await kube.kubectl('create', ...budget, '--selector=app=drilled', '--min-available=2');
    await kube.kubectl('wait', '--for=jsonpath={.status.expectedPods}=2', ...budget, '--timeout=10s');
    const before = await pods();
    const kept = await fails(END, { deployment: 'drilled' });
    expect(outputOf(kept, 'evict')).toContain('disruption budget');
    expect(await pods()).toBe(before);
    await kube.kubectl('delete', ...budget);
  });

  it('has failed when the recovery takes longer than it may', async () => {
    const { kube, fails } = stage();
    // With no node that takes pods, nothing replaces the one that is ended.
    await eachNode('cordon');
    const failed = await fails(END, { deployment: 'drilled', most_seconds: '2' });
    await eachNode('uncordon');
    expect(outputOf(failed, 'recovery')).toContain('not whole again after 2 s: the drill has failed');
    await kube.kubectl('rollout', 'status', 'deployment/drilled', '-n', 'shop', '--timeout=20s');
  });

  it('drains a node, measures, and puts it back, also when it takes too long', async () => {
    const { kube, succeeds, fails, undoes } = stage();
    const unschedulable = (node: string) => kube.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}');
    const run = await succeeds('drills.md#drain-a-node', { node: 'node-a' });
    expect(outputOf(run, 'drain-report')).toMatch(/Whole again after \d+ ms/);
    expect(await unschedulable('node-a')).toBe('');

    await kube.kubectl('cordon', 'node-a');
    const nowhere = await fails('drills.md#drain-a-node', { node: 'node-b' });
    expect(outputOf(nowhere, 'node-look')).toContain('no other node that takes pods');
    await kube.kubectl('uncordon', 'node-a');

    const slow = await fails('drills.md#drain-a-node', { node: 'node-b', most_seconds: '0' });
    expect([outputOf(slow, 'drain-recovery'), await unschedulable('node-b')]).toEqual([
      expect.stringContaining('the drill has failed'),
      'true',
    ]);
    await undoes(slow);
    expect(await unschedulable('node-b')).toBe('');
    await kube.kubectl('delete', 'deployment', 'drilled', '-n', 'shop');
  });
}
