import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

const run = promisify(execFile);
const CHART = fileURLToPath(new URL('../../fixtures/charts/shop', import.meta.url));
/** More than any node has: such pods stay pending. */
const NO_ROOM = '64';

export function tellHelm(stage: () => DeliveryStage): void {
  const helm = async (...args: string[]) => {
    const { folder, kube } = stage();
    const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kube.kubeconfig };
    return (await run(join(kube.bin, 'helm'), [...args, '-n', 'shop'], { env })).stdout;
  };
  const status = async () =>
    (JSON.parse(await helm('status', 'store', '-o', 'json')) as { info: { status: string } }).info.status;
  const values = (name: string, content: object) => {
    const file = join(stage().folder, `${name}.yaml`);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };
  const release = (more: Record<string, string> = {}) => ({ release: 'store', timeout_seconds: '4', ...more });
  const withChart = (more: Record<string, string> = {}) => release({ chart: CHART, ...more });

  it('installs a release, and takes one away again that does not come up', async () => {
    const { fails, succeeds, undoes, look } = stage();
    const none = await fails('helm.md#install-a-release', withChart({ values_file: values('none', { cpu: NO_ROOM }) }));
    expect(outputOf(none, 'installed')).toMatch(/"status":"failed"/);
    await undoes(none);
    expect(await helm('list', '--all', '--short')).toBe('');

    await succeeds('helm.md#install-a-release', withChart({ timeout_seconds: '30' }));
    expect(await look('deployment', 'store', '{.status.readyReplicas}')).toBe('2');
    const again = await fails('helm.md#install-a-release', withChart());
    expect(outputOf(again, 'install-look')).toContain('there is a release store already');
  });

  it('upgrades it after showing the difference without secrets', async () => {
    const { succeeds, imageOf } = stage();
    const upgraded = await succeeds(
      'helm.md#upgrade-a-release',
      withChart({ timeout_seconds: '30', values_file: values('second', { image: 'shop:2' }) }),
    );
    expect(await imageOf('store')).toBe('shop:2');
    const shown = outputOf(upgraded, 'upgrade-diff');
    expect(shown).toMatch(/^-.*image: shop:1$/m);
    expect(shown).toMatch(/^\+.*image: shop:2$/m);
    expect(JSON.stringify(upgraded)).not.toContain('token-of');
  });

  it('goes back to what ran when an upgrade stops half-way, with the values of then', async () => {
    const { fails, undoes, imageOf, look } = stage();
    const stuck = await fails(
      'helm.md#upgrade-a-release',
      withChart({ values_file: values('stuck', { image: 'shop:3', cpu: NO_ROOM }) }),
    );
    expect(outputOf(stuck, 'upgraded')).toMatch(/"status":"failed"/);
    expect(await imageOf('store')).toBe('shop:3');
    const onTop = await fails('helm.md#upgrade-a-release', withChart());
    expect(outputOf(onTop, 'upgrade-look')).toContain('roll the release back before you upgrade it');
    await undoes(stuck);
    expect([await status(), await imageOf('store')]).toEqual(['deployed', 'shop:2']);
    expect(await look('deployment', 'store', '{.status.updatedReplicas}/{.status.replicas}')).toBe('2/2');
  });

  it('frees a release that a killed helm left pending, but not while that helm may be at work', async () => {
    const { fails, succeeds, undoes, imageOf, folder, kube, seen } = stage();
    const killed = spawn(
      join(kube.bin, 'helm'),
      ['upgrade', 'store', CHART, '-n', 'shop', '--set', `image=shop:4,cpu=${NO_ROOM}`, '--wait', '--timeout=60s'],
      { env: { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kube.kubeconfig }, stdio: 'ignore' },
    );
    await seen(
      'it is pending',
      async () => (await status()) === 'pending-upgrade' && (await imageOf('store')) === 'shop:4',
    );
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const atWork = await fails('helm.md#roll-a-release-back', release());
    expect(outputOf(atWork, 'rollback-look')).toContain('a helm may be at work on it');

    const back = await succeeds(
      'helm.md#roll-a-release-back',
      release({ pending_minutes: '0', timeout_seconds: '30' }),
    );
    expect([await status(), await imageOf('store')]).toEqual(['deployed', 'shop:2']);
    await expect(undoes(back)).rejects.toThrow('there is nothing good to return to');
    const nowhere = await fails('helm.md#roll-a-release-back', release({ revision: '99' }));
    expect(outputOf(nowhere, 'rollback-look')).toContain('no revision 99');
    await helm('uninstall', 'store', '--wait');
  });
}
