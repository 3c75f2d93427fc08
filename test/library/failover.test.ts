import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { query } from '../harness/postgres-clusters.ts';
import { requireMoto, startMoto, type TestAws } from '../harness/servers/moto.ts';
import {
  requirePostgresServer,
  startPostgresServer,
  startPostgresStandby,
  type TestPostgresServer,
} from '../harness/servers/postgres-server.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, outputOf, rollBack, transcript } from './carry-out.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const postgres = await requirePostgresServer();
const moto = await requireMoto();
const FAIL_OVER = 'failover.md#fail-over-to-the-standby';
const MOVE_NAME = 'failover.md#move-the-name-of-the-database';
const ZONE = '/2013-04-01/hostedzone';
let cloud: TestAws;
let story: Story;
let folder: string;
let first: TestPostgresServer;
let second: TestPostgresServer;
let zone: string;
beforeAll(async () => {
  if (!postgres.there || !moto.there) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-library-failover-'));
  cloud = await startMoto();
  zone = await makeZone();
  first = await startPostgresServer();
  await query(first.url('postgres'), 'create table orders (id int primary key); insert into orders values (1)');
  second = await startPostgresStandby(first);
  writeFileSync(join(folder, 'password'), first.password);
  story = await beginLibraryStory({
    secrets: { PGPASSWORD: { file: join(folder, 'password') } },
    variables: cloud.variables,
  });
});
afterAll(async () => {
  await story?.close();
  for (const server of [second, first]) await server?.stop();
  await cloud?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  postgres.skipUnlessThere(context);
  moto.skipUnlessThere(context);
});

/** A zone in which db.shop.test leads to the first server. */
async function makeZone(): Promise<string> {
  const made = await cloud.rest(
    'route53',
    'POST',
    ZONE,
    '<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>shop.test</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>',
  );
  const id = /<Id>\/hostedzone\/([^<]*)/.exec(made)?.[1] ?? '';
  await cloud.rest(
    'route53',
    'POST',
    `${ZONE}/${id}/rrset/`,
    '<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>db.shop.test</Name><Type>CNAME</Type><TTL>30</TTL><ResourceRecords><ResourceRecord><Value>first.shop.test</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>',
  );
  return id;
}

const nameLeadsTo = async () =>
  /<Name>db\.shop\.test\.<\/Name>.*?<TTL>30<\/TTL>.*?<Value>([^<]*)/s.exec(
    await cloud.rest('route53', 'GET', `${ZONE}/${zone}/rrset`),
  )?.[1];
const isStandby = async (server: TestPostgresServer) =>
  (await query<{ is: boolean }>(server.url('postgres'), 'select pg_is_in_recovery() as is'))[0]!.is;
const orders = async (server: TestPostgresServer) =>
  (await query<{ id: number }>(server.url('postgres'), 'select id from orders order by id')).map(({ id }) => id);
const inputs = (primary: TestPostgresServer, standby: TestPostgresServer) => ({
  primary_host: primary.host,
  primary_port: String(primary.port),
  standby_host: standby.host,
  standby_port: String(standby.port),
});
const dns = (value: string) => ({ hosted_zone_id: zone, record_name: 'db.shop.test', new_value: value });

describe('the procedures for a failover', () => {
  it('show how far the standby is', async () => {
    const seen = await carryOut(story, 'failover.md#see-how-replication-is', inputs(first, second));
    expect(seen.status, transcript(seen)).toBe('succeeded');
    expect(outputOf(seen, 'primary-state')).toMatch(/streaming/);
  });

  it('promote nothing while the old primary answers, and let it write again', async () => {
    const run = await carryOut(
      story,
      FAIL_OVER,
      { ...inputs(first, second), silent_seconds: '1' },
      // The person says that it is stopped, and it is not.
      { choose: 'Planned' },
    );
    expect(run.steps.find(({ status }) => status === 'failed')?.id, transcript(run)).toBe('primary-is-silent');
    expect(await isStandby(second)).toBe(true);
    await expect(query(first.url('postgres'), 'insert into orders values (2)')).rejects.toThrow(/read-only/);
    const undone = await rollBack(story, run);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    await vi.waitFor(() => query(first.url('postgres'), 'insert into orders values (2)'));

    const wrongWay = await carryOut(story, FAIL_OVER, inputs(second, first), { choose: 'Planned' });
    expect(wrongWay.status).toBe('failed');
    expect(outputOf(wrongWay, 'standby-is-ready')).toContain('it is no standby');
  });

  it('move no name to a server that takes no writes', async () => {
    const run = await carryOut(story, MOVE_NAME, { ...inputs(first, second), ...dns('second.shop.test') });
    expect([run.status, outputOf(run, 'new-one-is-primary')]).toEqual([
      'failed',
      'it is a standby: fail over to it first\n',
    ]);
    expect(await nameLeadsTo()).toBe('first.shop.test');
  });

  it('switch over as planned without losing a row, move the name, and let the old primary follow', async () => {
    const stopped = vi.fn((title: string) => (title.includes('Planned') ? first.halt() : Promise.resolve()));
    const run = await carryOut(
      story,
      FAIL_OVER,
      { ...inputs(first, second), silent_seconds: '1' },
      { choose: 'Planned', onManual: stopped },
    );
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(await isStandby(second)).toBe(false);
    expect(outputOf(run, 'takes-writes')).toMatch(/^\s+2 \| off/m);
    expect(await orders(second)).toEqual([1, 2]);
    // The old primary is down: nothing may let it write again.
    expect((await rollBack(story, run)).status).not.toBe('rolled-back');

    const moved = await carryOut(story, MOVE_NAME, { ...inputs(first, second), ...dns('second.shop.test') });
    expect(moved.status, transcript(moved)).toBe('succeeded');
    expect(await nameLeadsTo()).toBe('second.shop.test');
    // Undoing it would lead everybody to a primary that is none.
    expect((await rollBack(story, moved)).status).not.toBe('rolled-back');
    expect(await nameLeadsTo()).toBe('second.shop.test');

    const followed = await carryOut(story, 'failover.md#let-the-old-primary-follow', inputs(first, second), {
      onManual: () => first.follow(second),
    });
    expect(followed.status, transcript(followed)).toBe('succeeded');
    await query(second.url('postgres'), 'insert into orders values (3)');
    await vi.waitFor(async () => expect(await orders(first)).toEqual([1, 2, 3]));
  });

  it('fail over when the primary is lost, and lead the name back to it only when it takes writes', async () => {
    const run = await carryOut(
      story,
      FAIL_OVER,
      { ...inputs(second, first), silent_seconds: '1' },
      { choose: 'Unplanned', onManual: (title) => (title.includes('Unplanned') ? second.halt() : Promise.resolve()) },
    );
    expect(run.status, transcript(run)).toBe('succeeded');
    await query(first.url('postgres'), 'insert into orders values (4)');
    const moved = await carryOut(story, MOVE_NAME, { ...inputs(second, first), ...dns('first.shop.test') });
    expect([moved.status, await nameLeadsTo()]).toEqual(['succeeded', 'first.shop.test']);

    await second.resume();
    const undone = await rollBack(story, moved);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect(await nameLeadsTo()).toBe('second.shop.test');
  });
});
