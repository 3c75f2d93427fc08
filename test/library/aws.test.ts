import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requireMoto, startMoto, type TestAws } from '../harness/servers/moto.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, rollBack, transcript } from './carry-out.ts';

// Every call of aws is a Python of its own, on machines that are busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const availability = await requireMoto();
let cloud: TestAws;
let story: Story;
beforeAll(async () => {
  if (!availability.there) return;
  cloud = await startMoto();
  story = await beginLibraryStory({ variables: cloud.variables });
});
afterAll(async () => {
  await story?.close();
  await cloud?.stop();
});
beforeEach((context) => availability.skipUnlessThere(context));

async function keysOf(user: string): Promise<[string, string][]> {
  const listed = await cloud.iam('ListAccessKeys', { UserName: user });
  return [...listed.matchAll(/<member>(.*?)<\/member>/gs)].map(([, member = '']) => [
    valueIn(member, 'AccessKeyId'),
    valueIn(member, 'Status'),
  ]);
}

const valueIn = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';

async function makeUser(user: string): Promise<{ key: string; secretName: string }> {
  await cloud.iam('CreateUser', { UserName: user });
  const key = valueIn(await cloud.iam('CreateAccessKey', { UserName: user }), 'AccessKeyId');
  const secretName = `${user}/access-key`;
  await cloud.secretsManager('CreateSecret', { Name: secretName, SecretString: 'none yet' });
  return { key, secretName };
}

describe('the procedure for a compromised access key, on an AWS API', () => {
  it('turns it off before there is a new one, keeps the new one secret, and deletes the old one last', async () => {
    const { key, secretName } = await makeUser('deployer');
    const seen: (readonly (readonly [string, string])[])[] = [];
    const done = await carryOut(
      story,
      'secret-rotation.md#replace-a-compromised-access-key',
      { user: 'deployer', access_key_id: key, secret_name: secretName },
      { onManual: async () => void seen.push(await keysOf('deployer')) },
    );
    expect(done.status, transcript(done)).toBe('succeeded');
    // At the first question for a person the key was off, and it was the only one.
    expect(seen[0]).toEqual([[key, 'Inactive']]);
    expect(seen[1]?.map(([, status]) => status).sort()).toEqual(['Active', 'Inactive']);
    const [[fresh, status] = ['', ''], ...others] = await keysOf('deployer');
    expect([status, others, fresh === key]).toEqual(['Active', [], false]);
    const { SecretString } = await cloud.secretsManager('GetSecretValue', { SecretId: secretName });
    const [storedId = '', storedSecret = ''] = String(SecretString).trim().split(/\s+/);
    expect(storedId).toBe(fresh);
    expect(storedSecret.length).toBeGreaterThan(20);
    expect(JSON.stringify(done)).not.toContain(storedSecret);
  });

  it('deletes nothing that is not approved, and turns the key on again when it was the wrong one', async () => {
    const { key, secretName } = await makeUser('reporter');
    const refused = await carryOut(
      story,
      'secret-rotation.md#replace-a-compromised-access-key',
      { user: 'reporter', access_key_id: key, secret_name: secretName },
      { refuse: /new key/ },
    );
    expect(refused.status).toBe('failed');
    expect(await keysOf('reporter')).toEqual([[key, 'Inactive']]);
    const undone = await rollBack(story, refused);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect(await keysOf('reporter')).toEqual([[key, 'Active']]);
  });
});

describe('the procedure for an access key in good hands', () => {
  it('has the new key in place before the old one is turned off, and deletes that last', async () => {
    const { key, secretName } = await makeUser('builder');
    const seen: string[][] = [];
    const done = await carryOut(
      story,
      'secret-rotation.md#rotate-an-access-key-in-good-hands',
      { user: 'builder', access_key_id: key, secret_name: secretName },
      { onManual: async () => void seen.push((await keysOf('builder')).map(([, status]) => status).sort()) },
    );
    expect(done.status, transcript(done)).toBe('succeeded');
    expect(seen).toEqual([
      ['Active', 'Active'],
      ['Active', 'Inactive'],
    ]);
    const left = await keysOf('builder');
    expect(left.map(([id, status]) => [id === key, status])).toEqual([[false, 'Active']]);
  });
});
