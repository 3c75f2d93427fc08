import { execFile, spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { requireMoto, startMoto, type TestAws } from '../harness/servers/moto.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, outputOf, rollBack, transcript } from './carry-out.ts';

// Every call of aws is a Python of its own, on machines that are busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const run = promisify(execFile);
const NAMESPACE = ['unshare', '--map-root-user', '--net'];
const moto = await requireMoto();
const nft = await requireServer('nft', async () => {
  const missing = (await programOnPath('nft')()) ?? (await programOnPath('nsenter')());
  if (missing !== null) return missing;
  const works = run('unshare', [...NAMESPACE.slice(1), 'nft', 'add', 'table', 'inet', 'try']);
  return works.then(
    () => null,
    (error: Error) => error.message,
  );
});
let cloud: TestAws | undefined;
let story: Story;
let folder: string;
let network: { pid: number; end(): void } | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-library-flood-'));
  if (moto.there) cloud = await startMoto();
  if (nft.there) network = await ownNetwork();
  const path = [join(folder, 'bin'), cloud?.variables['PATH'] ?? process.env['PATH']].join(delimiter);
  story = await beginLibraryStory({ variables: { ...cloud?.variables, PATH: path } });
});
afterAll(async () => {
  await story?.close();
  await cloud?.stop();
  network?.end();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** A network of its own with its own firewall, and an `nft` in front of the real one that works in there. */
async function ownNetwork() {
  const holder = spawn(NAMESPACE[0]!, [...NAMESPACE.slice(1), 'sh', '-c', 'echo ready; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((ready) => holder.stdout.once('data', ready));
  mkdirSync(join(folder, 'bin'));
  const real = (await run('sh', ['-c', 'command -v nft'])).stdout.trim();
  const program = join(folder, 'bin', 'nft');
  writeFileSync(
    program,
    `#!/bin/sh\nexec nsenter --target ${holder.pid} --user --net --preserve-credentials '${real}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  return { pid: holder.pid!, end: () => holder.kill('SIGKILL') };
}

/** An access log that so many requests are written to, as long as the answer to `flooding` is yes. */
function writeAccessLog(flooding: () => boolean | Promise<boolean>, everyMs = 20) {
  const file = join(folder, `access-${Math.random()}.log`);
  const line = (address: string) => `${address} - - [01/Mar/2026] "GET /search?q=1 HTTP/1.1" 200 5 "-" "flood/1.0"\n`;
  writeFileSync(file, line('198.51.100.20').repeat(5) + line('203.0.113.9').repeat(95));
  const timer = setInterval(async () => {
    if (await flooding()) appendFileSync(file, line('203.0.113.9').repeat(20));
  }, everyMs);
  return { file, end: () => clearInterval(timer) };
}

const BLOCK = 'ddos.md#block-networks';
const OWN = '10.0.0.0/8 198.51.100.128/25 2001:db8:5::/48';
const WAF = 'AWSWAF_20190729';
/** How often the firewall is asked whether requests come through: each time is a process. */
const LOOK_MS = 250;

describe('the procedure for a flood', () => {
  it('says which networks ask most', async () => {
    const log = writeAccessLog(() => false);
    log.end();
    const seen = await carryOut(story, 'ddos.md#see-who-floods', { access_log: log.file });
    expect(seen.status, transcript(seen)).toBe('succeeded');
    expect(outputOf(seen, 'top-networks')).toMatch(/^95 95\.0% 203\.0\.113\.0\/24\n5 5\.0% 198\.51\.100\.0\/24/);
    expect(outputOf(seen, 'what-is-asked')).toMatch(/100 flood\/1\.0/);
  });

  it.each([
    ['0.0.0.0/0', '0.0.0.0/0 is too wide'],
    ['::/0', '::/0 is too wide'],
    ['203.1.0.0/15', '203.1.0.0/15: bits behind the prefix are set'],
    ['203.113.0.0/16 12.0.0.0/15', '12.0.0.0/15 is too wide'],
    ['198.51.100.0/24', '198.51.100.0/24 touches 198.51.100.128/25, which is yours'],
    ['2001:db8:5:0:7::/80', '2001:db8:5:0:7::/80 touches 2001:db8:5::/48, which is yours'],
    ['203.0.113.256/32', '203.0.113.256/32: not four numbers below 256'],
    ['203.0.113.7', '203.0.113.7: give it as address/length'],
    ['203.0.113.0/24"; nft flush ruleset', '203.0.113.0/24";: give it as address/length'],
  ])('blocks nothing when it is told to block %s', async (prefixes, complaint) => {
    const refused = await carryOut(story, BLOCK, { prefixes, own_prefixes: OWN });
    expect(refused.status).toBe('failed');
    expect(outputOf(refused, 'prefixes-are-safe')).toContain(complaint);
    expect(refused.steps.filter(({ status }) => status === 'succeeded')).toEqual([]);
  });
});

describe('the procedure for a flood, at the edge', () => {
  beforeEach((context) => moto.skipUnlessThere(context));
  let set: { Id: string; ARN: string };
  const addresses = async () => {
    const got = await cloud!.json('wafv2', `${WAF}.GetIPSet`, { Name: 'blocked', Scope: 'REGIONAL', Id: set.Id });
    return { ...got, list: (got['IPSet'] as { Addresses: string[] }).Addresses.sort() };
  };
  const update = async (list: string[]) =>
    cloud!.json('wafv2', `${WAF}.UpdateIPSet`, {
      Name: 'blocked',
      Scope: 'REGIONAL',
      Id: set.Id,
      Addresses: list,
      LockToken: ((await addresses()) as Record<string, unknown>)['LockToken'],
    });

  it('blocks by the set that a rule uses, sees it end, and unblocks only what it blocked', async () => {
    const made = await cloud!.json('wafv2', `${WAF}.CreateIPSet`, {
      Name: 'blocked',
      Scope: 'REGIONAL',
      IPAddressVersion: 'IPV4',
      Addresses: ['192.0.2.0/24'],
    });
    set = made['Summary'] as typeof set;
    let flooding = true;
    const log = writeAccessLog(() => flooding);
    const inputs = { prefixes: '203.0.113.0/24', own_prefixes: OWN, access_log: log.file, wait_seconds: '1' };
    const unused = await carryOut(story, BLOCK, inputs, { choose: 'WAF' });
    expect(unused.status).toBe('failed');
    expect(outputOf(unused, 'waf-before')).toContain('no web ACL has a rule that blocks by blocked');

    const seen = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: 'm' };
    const statement = { IPSetReferenceStatement: { ARN: set.ARN } };
    await cloud!.json('wafv2', `${WAF}.CreateWebACL`, {
      Name: 'front',
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: seen,
      Rules: [{ Name: 'b', Priority: 1, Statement: statement, Action: { Block: {} }, VisibilityConfig: seen }],
    });
    const useless = await carryOut(story, BLOCK, { ...inputs, most_percent: '1' }, { choose: 'WAF' });
    // The wrong ones were blocked: as many come as before, and the run says so and can be rolled back.
    expect([useless.status, (await addresses()).list]).toEqual(['failed', ['192.0.2.0/24', '203.0.113.0/24']]);
    expect(useless.steps.find(({ status }) => status === 'failed')?.id).toBe('it-is-better');
    await update(['192.0.2.0/24', '203.0.113.0/24', '198.18.0.0/16']);
    const undone = await rollBack(story, useless);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect((await addresses()).list).toEqual(['192.0.2.0/24', '198.18.0.0/16']);

    // Somebody else changes the set while the run waits: what was approved is not what would be written.
    const late = await carryOut(story, BLOCK, inputs, {
      choose: 'WAF',
      onApproval: async () => void (await update(['198.18.0.0/16'])),
    });
    expect([late.status, outputOf(late, 'waf-block')]).toEqual(['failed', expect.stringContaining('OptimisticLock')]);
    expect((await addresses()).list).toEqual(['198.18.0.0/16']);

    const blocked = carryOut(story, BLOCK, inputs, { choose: 'WAF' });
    while (!(await addresses()).list.includes('203.0.113.0/24')) await new Promise((go) => setTimeout(go, 50));
    flooding = false;
    const helped = await blocked;
    log.end();
    expect(helped.status, transcript(helped)).toBe('succeeded');
  });
});

describe('the procedure for a flood, on a host', () => {
  beforeEach((context) => nft.skipUnlessThere(context));
  const firewall = async () =>
    (await run('nsenter', ['--target', String(network!.pid), '--user', '--net', 'nft', 'list', 'ruleset'])).stdout;

  it('drops what comes from the networks, and a rollback lets in again only those it dropped', async () => {
    const log = writeAccessLog(async () => !(await firewall()).includes('203.0.113.0/24'), LOOK_MS);
    const inputs = { own_prefixes: OWN, access_log: log.file, wait_seconds: '1' };
    const prefixes = '203.0.113.0/24 2001:db8:bad::/48';
    const done = await carryOut(story, BLOCK, { ...inputs, prefixes }, { choose: 'nftables' });
    log.end();
    expect(done.status, transcript(done)).toBe('succeeded');
    expect(await firewall()).toMatch(/ip saddr @blocked4 counter packets \d+ bytes \d+ drop/);
    expect(await firewall()).toContain('2001:db8:bad::/48');

    const more = writeAccessLog(async () => !(await firewall()).includes('192.0.2.7'), LOOK_MS);
    const again = await carryOut(
      story,
      BLOCK,
      { ...inputs, access_log: more.file, prefixes: '203.0.113.0/24 192.0.2.7/32' },
      { choose: 'nftables' },
    );
    more.end();
    expect(again.status, transcript(again)).toBe('succeeded');
    const undone = await rollBack(story, again);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    const left = await firewall();
    expect([left.includes('203.0.113.0/24'), left.includes('192.0.2.7')]).toEqual([true, false]);
    expect(left.match(/@blocked4/g)).toHaveLength(1);
  });
});

describe('the procedures for a breach', () => {
  it('keep the logs with a manifest that notices a changed copy', async () => {
    const logs = join(folder, 'app-logs');
    const evidence = join(folder, 'evidence');
    for (const each of [logs, evidence]) mkdirSync(each);
    writeFileSync(join(logs, 'a.log'), 'first');
    writeFileSync(join(logs, 'with\nline.log'), 'second');
    const inputs = { log_folders: logs, evidence_folder: evidence };
    const kept = await carryOut(story, 'data-breach.md#keep-the-logs', inputs);
    expect(kept.status, transcript(kept)).toBe('succeeded');
    expect(outputOf(kept, 'copy-is-whole')).toContain('2 files are kept');
    const [name = ''] = readdirSync(evidence);
    const copy = join(evidence, name, 'logs', logs.slice(1).replaceAll('/', '_'), 'a.log');
    expect(readFileSync(copy, 'utf8')).toBe('first');
    expect(readdirSync(logs)).toHaveLength(2);
    writeFileSync(copy, 'changed');
    await expect(run('sha256sum', ['--check', 'manifest.sha256'], { cwd: join(evidence, name) })).rejects.toMatchObject(
      { stdout: expect.stringContaining('a.log: FAILED') },
    );
  });

  it('say until when the authority must be told', async () => {
    const noticed = new Date(Date.now() - 12.5 * 3_600_000);
    const told = await carryOut(story, 'data-breach.md#tell-who-must-be-told', {
      noticed_at: `${noticed.toISOString().slice(0, 19)}Z`,
      service: 'Shop',
    });
    expect(told.status, transcript(told)).toBe('succeeded');
    expect(outputOf(told, 'time-left')).toContain('59 hours are left');
    expect(outputOf(told, 'time-left')).toContain(new Date(+noticed + 72 * 3_600_000).toISOString().slice(0, 19));
    expect(outputOf(told, 'notice')).toMatch(/Service: Shop\n[\s\S]*Kinds of data/);
  });
});

describe('the procedure to isolate an instance', () => {
  beforeEach((context) => moto.skipUnlessThere(context));
  const valueIn = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';

  it('copies its volumes, takes it off the net by a group without rules, and can let it back', async () => {
    const vpc = valueIn(await cloud!.ec2('DescribeVpcs', {}), 'vpcId');
    const makeGroup = async (name: string) => {
      const group = { GroupName: name, GroupDescription: name, VpcId: vpc };
      return valueIn(await cloud!.ec2('CreateSecurityGroup', group), 'groupId');
    };
    const started = await cloud!.ec2('RunInstances', {
      ImageId: 'ami-12c6146b',
      MinCount: '1',
      MaxCount: '1',
      'SecurityGroupId.1': await makeGroup('shop'),
    });
    const instance = valueIn(started, 'instanceId');
    const groupsOf = async () => {
      const shown = await cloud!.ec2('DescribeInstanceAttribute', { InstanceId: instance, Attribute: 'groupSet' });
      return [...shown.matchAll(/<groupId>([^<]*)/g)].map(([, id]) => id);
    };
    const snapshots = () => cloud!.ec2('DescribeSnapshots', { 'Owner.1': 'self' });
    const before = await groupsOf();
    const isolation = await makeGroup('isolation');
    const inputs = { instance_id: instance, isolation_group: isolation };
    // A new group lets everything out.
    const open = await carryOut(story, 'data-breach.md#isolate-an-instance', inputs);
    expect([open.status, outputOf(open, 'group-is-empty')]).toEqual([
      'failed',
      expect.stringContaining('the group has rules'),
    ]);
    expect(await snapshots()).not.toContain('<value>evidence</value>');

    await cloud!.ec2('RevokeSecurityGroupEgress', {
      GroupId: isolation,
      'IpPermissions.1.IpProtocol': '-1',
      'IpPermissions.1.IpRanges.1.CidrIp': '0.0.0.0/0',
    });
    const done = await carryOut(story, 'data-breach.md#isolate-an-instance', inputs);
    expect(done.status, transcript(done)).toBe('succeeded');
    expect(await groupsOf()).toEqual([isolation]);
    expect(await snapshots()).toContain('<value>evidence</value>');

    const undone = await rollBack(story, done);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect(await groupsOf()).toEqual(before);
    expect(await snapshots()).toContain('<value>evidence</value>');
  });
});
