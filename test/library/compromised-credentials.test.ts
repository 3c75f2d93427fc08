import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requireMoto, startMoto, type TestAws } from '../harness/servers/moto.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, outputOf, rollBack, transcript } from './carry-out.ts';

// Every call of aws is a Python of its own, on machines that are busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const availability = await requireMoto();
const RUNBOOK = 'compromised-credentials.md';
const LEAKED = 'AKIAIOSFODNN7EXAMPLE';
let cloud: TestAws;
let story: Story;
let folder: string;
let trail: { server: Server; url: string; events: object[] };
beforeAll(async () => {
  if (!availability.there) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-library-credentials-'));
  cloud = await startMoto();
  trail = await serveTrail();
  story = await beginLibraryStory({ variables: { ...cloud.variables, AWS_ENDPOINT_URL_CLOUDTRAIL: trail.url } });
});
afterAll(async () => {
  await story?.close();
  await cloud?.stop();
  trail?.server.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => availability.skipUnlessThere(context));

/** Answers `LookupEvents` of CloudTrail in its own words, two events a page: moto does not know it. */
async function serveTrail() {
  const events: object[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(parts).toString()) as {
        LookupAttributes: { AttributeKey: string; AttributeValue: string }[];
        NextToken?: string;
      };
      const [{ AttributeKey, AttributeValue } = { AttributeKey: '', AttributeValue: '' }] = asked.LookupAttributes;
      const from = Number(asked.NextToken ?? 0);
      const there = AttributeKey === 'AccessKeyId' && AttributeValue === LEAKED ? events : [];
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(
        JSON.stringify({
          Events: there.slice(from, from + 2).map((event) => ({ CloudTrailEvent: JSON.stringify(event) })),
          ...(from + 2 < there.length ? { NextToken: String(from + 2) } : {}),
        }),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, events };
}

const valueIn = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
const makeKey = async (user: string) => valueIn(await cloud.iam('CreateAccessKey', { UserName: user }), 'AccessKeyId');
async function statusOf(user: string): Promise<Record<string, string>> {
  const listed = await cloud.iam('ListAccessKeys', { UserName: user });
  return Object.fromEntries(
    [...listed.matchAll(/<member>(.*?)<\/member>/gs)].map(([, member = '']) => [
      valueIn(member, 'AccessKeyId'),
      valueIn(member, 'Status'),
    ]),
  );
}

const call = (eventName: string, rest: object) => ({
  eventTime: '2026-03-01T03:00:00Z',
  eventSource: 'iam.amazonaws.com',
  eventName,
  awsRegion: 'us-east-1',
  sourceIPAddress: '203.0.113.9',
  readOnly: !/^(Create|Put|Stop)/.test(eventName),
  requestParameters: {},
  ...rest,
});
const madeKey = (userName: string, accessKeyId: string, more = {}) =>
  call('CreateAccessKey', { responseElements: { accessKey: { userName, accessKeyId, status: 'Active' } }, ...more });

describe('the procedure for what a leaked key made', () => {
  it('turns off the keys it made and those of users it made, leaves older ones, and can be rolled back', async () => {
    for (const user of ['deployer', 'backdoor']) await cloud.iam('CreateUser', { UserName: user });
    const [own, made, hidden] = [await makeKey('deployer'), await makeKey('deployer'), await makeKey('backdoor')];
    trail.events.push(
      call('ListUsers', { errorCode: 'AccessDenied' }),
      call('CreateUser', { responseElements: { user: { userName: 'backdoor' } } }),
      call('CreateUser', { responseElements: { user: { userName: 'deleted-since' } } }),
      madeKey('deployer', made),
      // One that was refused made nothing.
      madeKey('deployer', own, { errorCode: 'AccessDenied' }),
      call('StopLogging', { eventSource: 'cloudtrail.amazonaws.com', requestParameters: { name: 'main' } }),
    );
    const whenAsked: object[] = [];
    const run = await carryOut(
      story,
      `${RUNBOOK}#see-what-a-key-did-and-turn-off-what-it-made`,
      { access_key_id: LEAKED, folder },
      { onManual: async () => void whenAsked.push(await statusOf('deployer'), await statusOf('backdoor')) },
    );
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(whenAsked).toEqual([{ [own]: 'Active', [made]: 'Inactive' }, { [hidden]: 'Inactive' }]);
    expect(outputOf(run, 'trail')).toContain('6 calls since');
    expect(outputOf(run, 'what-it-called')).toMatch(/ListUsers\t203\.0\.113\.9\tAccessDenied/);
    expect(outputOf(run, 'made-keys')).toContain('the user deleted-since is gone');
    expect(outputOf(run, 'other-doors')).toMatch(/StopLogging\t.*main/);

    const undone = await rollBack(story, run);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect([await statusOf('deployer'), await statusOf('backdoor')]).toEqual([
      { [own]: 'Active', [made]: 'Active' },
      { [hidden]: 'Active' },
    ]);

    const tooMany = await carryOut(story, `${RUNBOOK}#see-what-a-key-did-and-turn-off-what-it-made`, {
      access_key_id: LEAKED,
      folder,
      most_keys: '1',
    });
    expect(tooMany.status).toBe('failed');
    expect(Object.values(await statusOf('deployer'))).toEqual(['Active', 'Active']);
    // What it fetched is evidence, and stays.
    expect(readdirSync(folder).some((name) => name.startsWith(`trail-of-${LEAKED}`))).toBe(true);
  });
});

describe('the procedure for the sessions of a role', () => {
  it('denies those that began before now, replaces no policy, and a rollback lets them in again', async () => {
    await cloud.iam('CreateRole', {
      RoleName: 'shop',
      AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
    });
    await cloud.iam('PutRolePolicy', { RoleName: 'shop', PolicyName: 'own', PolicyDocument: ALLOWS });
    const policies = async () => {
      const listed = await cloud.iam('ListRolePolicies', { RoleName: 'shop' });
      return [...listed.matchAll(/<member>([^<]*)<\/member>/g)].map(([, name]) => name).sort();
    };
    const run = await carryOut(story, `${RUNBOOK}#end-the-sessions-of-a-role`, { role_name: 'shop' });
    expect(run.status, transcript(run)).toBe('succeeded');
    const [denial = '', ...others] = await policies();
    expect([denial, others]).toEqual([expect.stringMatching(/^deny-sessions-before-\d{8}T\d{6}Z$/), ['own']]);
    const kept = await cloud.iam('GetRolePolicy', { RoleName: 'shop', PolicyName: denial });
    const [statement] = JSON.parse(
      decodeURIComponent(valueIn(kept, 'PolicyDocument')).replace(/&quot;/g, '"'),
    ).Statement;
    const before = statement.Condition.DateLessThan['aws:TokenIssueTime'];
    expect(statement).toMatchObject({ Effect: 'Deny', Action: '*', Resource: '*' });
    expect(Math.abs(Date.parse(before) - Date.now())).toBeLessThan(120_000);

    const undone = await rollBack(story, run);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect(await policies()).toEqual(['own']);
  });
});

const ALLOWS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});
