import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requireMoto, startMoto, type TestAws } from '../harness/servers/moto.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, outputOf, rollBack, transcript } from './carry-out.ts';

// Every call of aws is a Python of its own, on machines that are busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const availability = await requireMoto();
let cloud: TestAws;
let story: Story;
let folder: string;
beforeAll(async () => {
  if (!availability.there) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-library-account-'));
  cloud = await startMoto();
  story = await beginLibraryStory({ variables: cloud.variables });
});
afterAll(async () => {
  await story?.close();
  await cloud?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => availability.skipUnlessThere(context));

const valueIn = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
const makeVolume = async (tags: Record<string, string> = {}) => {
  const tagging = Object.entries(tags).flatMap(([key, value], index) => [
    [`TagSpecification.1.Tag.${index + 1}.Key`, key],
    [`TagSpecification.1.Tag.${index + 1}.Value`, value],
  ]);
  const asked = { AvailabilityZone: 'eu-central-1a', Size: '8', VolumeType: 'gp3' };
  const type = tagging.length === 0 ? {} : { 'TagSpecification.1.ResourceType': 'volume' };
  return valueIn(await cloud.ec2('CreateVolume', { ...asked, ...type, ...Object.fromEntries(tagging) }), 'volumeId');
};
const volumes = async () =>
  [...(await cloud.ec2('DescribeVolumes', {})).matchAll(/<volumeId>(vol-[^<]*)<\/volumeId><size>/g)].map(
    ([, id]) => id,
  );

describe('the procedures for unused volumes', () => {
  const DELETE = 'cloud-clean-up.md#delete-what-stayed-unused';

  it('mark, delete what stayed unused after a snapshot, and make it again', async () => {
    const unused = await makeVolume({ Name: 'old data' });
    const kept = await makeVolume({ keep: 'yes' });
    const [attached, missed] = [await makeVolume(), await makeVolume()];
    const server = await cloud.ec2('RunInstances', { ImageId: 'ami-12c6146b', MinCount: '1', MaxCount: '1' });
    const attach = { VolumeId: attached, InstanceId: valueIn(server, 'instanceId'), Device: '/dev/sdh' };

    const nothing = await carryOut(story, DELETE, { marked_days: '0' });
    expect([nothing.status, outputOf(nothing, 'candidates')]).toEqual(['failed', 'nothing is to be deleted\n']);
    const young = await carryOut(story, 'cloud-clean-up.md#mark-unused-volumes', {});
    expect(outputOf(young, 'to-mark')).toContain('to be marked: none');
    const mark = () => carryOut(story, 'cloud-clean-up.md#mark-unused-volumes', { older_than_days: '0' });
    const tooMany = await carryOut(story, 'cloud-clean-up.md#mark-unused-volumes', {
      older_than_days: '0',
      most_volumes: '1',
    });
    expect(tooMany.status).toBe('failed');
    const marked = await mark();
    expect(marked.status, transcript(marked)).toBe('succeeded');
    expect(outputOf(marked, 'mark-unused').split(' ').sort().join(' ')).toContain(unused);
    expect(outputOf(marked, 'mark-unused')).not.toContain(kept);
    // One of them finds a use before anything is deleted.
    await cloud.ec2('AttachVolume', attach);

    const before = await volumes();
    const refused = await carryOut(story, DELETE, { marked_days: '0' }, { refuse: /Delete/ });
    expect([refused.status, await volumes()]).toEqual(['failed', before]);
    const keep = { 'ResourceId.1': missed, 'Tag.1.Key': 'keep', 'Tag.1.Value': 'mine' };
    const done = await carryOut(
      story,
      DELETE,
      { marked_days: '0' },
      // Somebody sees the mark while the run waits.
      { onApproval: async (title) => void (title.includes('Delete') && (await cloud.ec2('CreateTags', keep))) },
    );
    expect(done.status, transcript(done)).toBe('succeeded');
    expect((await volumes()).sort()).toEqual(before.filter((id) => id !== unused).sort());

    const undone = await rollBack(story, done);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    const again = (await volumes()).filter((id) => !before.includes(id));
    expect(again).toHaveLength(1);
    const shown = await cloud.ec2('DescribeVolumes', { 'VolumeId.1': again[0]! });
    expect([valueIn(shown, 'volumeType'), valueIn(shown, 'size')]).toEqual(['gp3', '8']);
    for (const tag of ['old data', unused]) expect(shown).toContain(`<value>${tag}</value>`);
  });
});

describe('the cost report', () => {
  it('tells what grew, what stands idle and what has no owner', async () => {
    const month = (Start: string, amounts: Record<string, string>) => ({
      TimePeriod: { Start, End: Start },
      Groups: Object.entries(amounts).map(([service, Amount]) => ({
        Keys: [service],
        Metrics: { UnblendedCost: { Amount, Unit: 'USD' } },
      })),
    });
    const answered = await fetch(`${cloud.variables['AWS_ENDPOINT_URL']}/moto-api/static/ce/cost-and-usage-results`, {
      method: 'POST',
      body: JSON.stringify({
        results: [
          {
            ResultsByTime: [
              month('2026-01-01', { EC2: '100.004', S3: '50', Lambda: '1' }),
              month('2026-02-01', { EC2: '190.5', S3: '55', Lambda: '5', Bedrock: '300' }),
            ],
          },
        ],
      }),
    });
    expect(answered.status).toBe(201);
    const address = valueIn(await cloud.ec2('AllocateAddress', { Domain: 'vpc' }), 'publicIp');
    const owned = await makeVolume({ owner: 'shop' });
    const run = await carryOut(story, 'cost-report.md', { folder });
    expect(run.status, transcript(run)).toBe('succeeded');
    const report = readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith('.md'))!), 'utf8');
    const part = (title: string) => report.split(`## ${title}`)[1]?.split('\n## ')[0] ?? '';
    expect(report).toContain('# Costs of 2026-02');
    expect(part('What grew').match(/^\| (?!service|-).*$/gm)).toEqual([
      '| Bedrock | 0 | 300 | new |',
      '| EC2 | 100 | 190.5 | +90 % |',
    ]);
    expect(part('What stands idle')).toContain(`- address ${address}, leads to nothing`);
    expect(part('What stands idle')).toContain(owned);
    expect(part('What has no tag')).not.toContain(owned);
    expect(part('What has no tag')).toMatch(/- instance i-\w+ \(.*, running\)/);

    // The next month is not known to it: no report is made of nothing.
    const none = await carryOut(story, 'cost-report.md', { folder, months_back: '0' });
    expect(none.status).toBe('failed');
    expect(outputOf(none, 'costs')).toContain('Cost Explorer knows 0 of the two months');
  });
});

describe('the compliance check of an account', () => {
  it('names each control that failed', async () => {
    await cloud.rest('s3', 'PUT', '/open-bucket', LOCATION);
    await cloud.iam('CreateUser', { UserName: 'person' });
    await cloud.iam('CreateLoginProfile', { UserName: 'person', Password: 'Correct-horse-1' });
    await cloud.iam('CreateUser', { UserName: 'machine' });
    await cloud.iam('CreateAccessKey', { UserName: 'machine' });
    const network = valueIn(await cloud.ec2('DescribeVpcs', {}), 'vpcId');
    const group = { GroupName: 'open', GroupDescription: 'open', VpcId: network };
    const id = valueIn(await cloud.ec2('CreateSecurityGroup', group), 'groupId');
    await cloud.ec2('AuthorizeSecurityGroupIngress', {
      GroupId: id,
      'IpPermissions.1.IpProtocol': 'tcp',
      'IpPermissions.1.FromPort': '20',
      'IpPermissions.1.ToPort': '443',
      'IpPermissions.1.Ipv6Ranges.1.CidrIpv6': '::/0',
    });
    const run = await carryOut(story, 'compliance-check.md#check-an-aws-account', {});
    expect(
      run.steps.filter(({ status }) => status === 'failed').map((step) => step.id),
      transcript(run),
    ).toEqual(['account-controls']);
    const lines = outputOf(run, 'account-controls').trim().split('\n');
    expect(lines).toEqual([
      'failed a trail of all regions is logging: none',
      'failed encrypted at rest: open-bucket',
      expect.stringMatching(/^failed port 22 is closed to the world: sg-/),
      'failed public access is blocked: open-bucket',
      'failed second factor: person',
      'passed key 1 is at most 90 days old: machine',
      '6 controls, 5 failed',
    ]);
  });
});

const LOCATION =
  '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>';

describe('the procedures for scaling', () => {
  it('set the number of instances within the limits of the group, and set it back', async () => {
    const autoscaling = (action: string, parameters: Record<string, string>) =>
      cloud.query('autoscaling', '2011-01-01', action, parameters);
    await autoscaling('CreateLaunchConfiguration', {
      LaunchConfigurationName: 'shop',
      ImageId: 'ami-12c6146b',
      InstanceType: 't3.micro',
    });
    await autoscaling('CreateAutoScalingGroup', {
      AutoScalingGroupName: 'shop',
      LaunchConfigurationName: 'shop',
      MinSize: '1',
      MaxSize: '4',
      DesiredCapacity: '2',
      'AvailabilityZones.member.1': 'eu-central-1a',
    });
    const wanted = async () => valueIn(await autoscaling('DescribeAutoScalingGroups', {}), 'DesiredCapacity');
    const scale = (instances: string) =>
      carryOut(story, 'cloud-scaling.md#set-the-number-of-instances', { group: 'shop', instances });
    const tooMany = await scale('5');
    expect([tooMany.status, outputOf(tooMany, 'group-now')]).toEqual(['failed', expect.stringContaining('at most 4')]);
    const done = await scale('4');
    expect(done.status, transcript(done)).toBe('succeeded');
    expect([await wanted(), outputOf(done, 'instances-in-service')]).toEqual(['4', '4 instances are in service\n']);
    const undone = await rollBack(story, done);
    expect([undone.status, await wanted()], transcript(undone)).toEqual(['rolled-back', '2']);
  });

  it('change the class of a database, and change it back', async () => {
    const rds = (action: string, parameters: Record<string, string>) =>
      cloud.query('rds', '2014-10-31', action, parameters);
    await rds('CreateDBInstance', {
      DBInstanceIdentifier: 'shop',
      DBInstanceClass: 'db.t3.small',
      Engine: 'postgres',
      AllocatedStorage: '20',
      MasterUsername: 'owner',
      MasterUserPassword: 'only-for-this-test',
    });
    const theClass = async () => valueIn(await rds('DescribeDBInstances', {}), 'DBInstanceClass');
    const change = (db_class: string) =>
      carryOut(story, 'cloud-scaling.md#change-the-class-of-a-database', { db_instance: 'shop', db_class });
    expect((await change('db.t3.small')).status).toBe('failed');
    const done = await change('db.t3.large');
    expect(done.status, transcript(done)).toBe('succeeded');
    expect(await theClass()).toBe('db.t3.large');
    const undone = await rollBack(story, done);
    expect([undone.status, await theClass()], transcript(undone)).toEqual(['rolled-back', 'db.t3.small']);
  });
});
