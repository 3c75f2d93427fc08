import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

const TELL = 'drift-false-positives.md#tell-false-drift-from-real';
const GIVE_UP = 'drift-false-positives.md#give-a-field-up-to-its-controller';

export function tellDrift(stage: () => DeliveryStage): void {
  const declaration = (name: string, replicas?: number) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 0,
          // 1000m is what the server writes as 1: no difference.
          containers: [{ name: 'web', image: 'shop:1', resources: { requests: { cpu: '1000m' } } }],
        },
      },
    },
  });
  const fileOf = (name: string) => join(stage().folder, `${name}.json`);
  const declare = (name: string, content: object) => writeFileSync(fileOf(name), JSON.stringify(content));
  const reported = async () => {
    const both = join(stage().folder, 'declared-both.json');
    writeFileSync(
      both,
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [declaration('grown', 2), declaration('patched', 1)] }),
    );
    const run = await stage().succeeds(TELL, { declared: both });
    return outputOf(run, 'owners')
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  };
  const giveUp = (name: string, more: Record<string, string> = {}) => ({
    declared: fileOf(name),
    resource: `deployment/${name}`,
    ...more,
  });

  it('tells what a controller keeps from what a person changed', async () => {
    const { kube, seen, replicasOf } = stage();
    await kube.apply(declaration('grown', 2));
    await kube.apply(declaration('patched', 1));
    expect(await reported()).toEqual([]);
    await kube.kubectl('autoscale', 'deployment', 'grown', '-n', 'shop', '--min=3', '--max=5', '--cpu-percent=80');
    await kube.kubectl('set', 'image', 'deployment/patched', '-n', 'shop', 'web=shop:by-hand');
    await seen('the autoscaler has scaled', async () => (await replicasOf('grown')) === '3');
    expect(await reported()).toEqual([
      'false: Deployment/grown spec.replicas: declared 2, is 3, by kube-controller-manager/scale',
      'real: Deployment/patched spec.template.spec.containers.0.image: declared "shop:1", is "shop:by-hand", by kubectl-set',
    ]);
  });

  it('gives up no field that no controller keeps, nor one that the file still declares', async () => {
    const { kube, fails, imageOf, replicasOf } = stage();
    declare('patched', declaration('patched', 1));
    const real = await fails(GIVE_UP, giveUp('patched'));
    expect(outputOf(real, 'keeper')).toContain('no controller keeps spec.replicas');
    expect(await imageOf('patched')).toBe('shop:by-hand');

    declare('grown', declaration('grown', 2));
    const still = await fails(GIVE_UP, giveUp('grown'));
    expect(outputOf(still, 'not-declared')).toContain('still declares spec.replicas');

    // Real drift beside it is neither undone nor overlooked.
    await kube.kubectl('set', 'image', 'deployment/grown', '-n', 'shop', 'web=shop:by-hand');
    declare('grown', declaration('grown'));
    const more = await fails(GIVE_UP, giveUp('grown'));
    expect(outputOf(more, 'no-real-drift')).toContain('more has drifted than spec.replicas');
    await kube.kubectl('set', 'image', 'deployment/grown', '-n', 'shop', 'web=shop:1');
    expect(await replicasOf('grown')).toBe('3');
  });

  it('gives a field up to its controller, and it is reported no more', async () => {
    const { kube, succeeds, undoes, replicasOf, imageOf } = stage();
    declare('grown', declaration('grown', 2));
    const run = await succeeds(GIVE_UP, giveUp('grown'), {
      onManual: async () => declare('grown', declaration('grown')),
    });
    expect(outputOf(run, 'keeper')).toContain('kube-controller-manager keeps spec.replicas, which is 3');
    expect(await replicasOf('grown')).toBe('3');
    const again = await succeeds(TELL, { declared: fileOf('grown') });
    expect([outputOf(again, 'owners'), outputOf(again, 'differences')]).toEqual(['', 'nothing differs\n']);
    await undoes(run);
    expect([await replicasOf('grown'), await imageOf('patched')]).toEqual(['3', 'shop:by-hand']);
    await kube.kubectl(
      'delete',
      'deployment/grown',
      'deployment/patched',
      'horizontalpodautoscaler/grown',
      '-n',
      'shop',
    );
  });
}
