import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endProcessesByToken, findProcessesByToken, TOKEN_VARIABLE } from './kill-by-token.ts';
import { readProcessStart } from './process-identity.ts';

async function spawnWithToken(script: string) {
  const token = randomBytes(16).toString('hex');
  const child = spawn('bash', ['--norc', '-c', `${script}`], {
    env: { PATH: process.env['PATH'], [TOKEN_VARIABLE]: token },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return { token, pid: child.pid!, group: { pid: child.pid!, startedAt: readProcessStart(child.pid!)! } };
}

describe('a token', () => {
  it('finds the processes that carry it, also those that left their group', async () => {
    const { token, group } = await spawnWithToken('setsid sleep 60 & echo up; sleep 60; true');
    await expect.poll(() => findProcessesByToken(token).length).toBe(3);
    expect(await endProcessesByToken(token, group)).toBe(3);
    expect(findProcessesByToken(token)).toEqual([]);
  });

  it('that nobody carries ends nothing', async () => {
    expect(await endProcessesByToken(randomBytes(16).toString('hex'), null)).toBe(0);
  });

  it('ends what is stopped', async () => {
    const { token, pid } = await spawnWithToken('echo up; kill -STOP $$; sleep 60');
    await expect.poll(() => findProcessesByToken(token)).toEqual([pid]);
    await endProcessesByToken(token, null);
    expect(findProcessesByToken(token)).toEqual([]);
  });

  it('does not signal a group whose number went to another process', async () => {
    const innocent = await spawnWithToken('echo up; sleep 60');
    await endProcessesByToken(randomBytes(16).toString('hex'), { pid: innocent.pid, startedAt: 'long ago' });
    expect(findProcessesByToken(innocent.token)).not.toEqual([]);
    await endProcessesByToken(innocent.token, innocent.group);
  });
});
