import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { requireSshd, startSshd, type TestSshd } from '../../../test/harness/servers/sshd.ts';
import type { HoldfastConfig } from '../../platform/config/load-config.ts';
import { examineTargets } from './examine-targets.ts';

const { there, skipUnlessThere } = await requireSshd();
let server: TestSshd;
beforeAll(async () => {
  if (there) server = await startSshd();
});
afterAll(() => server?.stop());
beforeEach(skipUnlessThere);

it('logs in to every host as a step would, and says who that is and what is wrong', async () => {
  const { host, port, user, identityFile, knownHostsFile } = server;
  const web = { kind: 'ssh' as const, host, port, user, identityFile, knownHostsFile, agentSocket: null, jump: null };
  const shell = (kind: 'none' | 'bubblewrap'): HoldfastConfig['shell'] => ({
    isolation: { kind, writable: [] },
    memoryBytes: null,
  });
  const own = { PATH: process.env['PATH'] };
  const targets = { web, behind: { ...web, jump: 'web' }, away: { ...web, port: 1 } };
  const examined = await examineTargets({ targets, shell: shell('none') }, own);
  const said = expect.stringMatching(new RegExp(`^bash \\d.* as ${user} at 127\\.0\\.0\\.1`));
  const state = user === 'root' ? 'warning' : 'good';
  expect(examined).toMatchObject([
    { name: 'target web', state, text: said },
    { name: 'target behind', state, text: said },
    { name: 'target away', state: 'bad', text: expect.stringContaining('Connection refused') },
  ]);
  const [isolated] = await examineTargets({ targets: { web }, shell: shell('bubblewrap') }, own);
  expect(isolated).toMatchObject({ state: 'warning', advice: expect.stringMatching(/account/) });
});
