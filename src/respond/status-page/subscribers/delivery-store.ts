import { sql } from 'kysely';
import type { Database, Queryable, Tx } from '../../../platform/db/database.ts';
import { createId } from '../../../platform/identity/prefixed-id.ts';
import type { SubscriberRow } from './subscriber-store.ts';

/** What is due to be sent to a subscriber: an update of the page, or without one the question whether they want them. */
export type DueDelivery = Pick<SubscriberRow, 'kind' | 'addressBox'> & {
  id: string;
  subscriberId: string;
  attempt: number;
  queuedAt: Date;
  update: { id: string; noticeId: string; name: string; status: string; body: string; at: string } | null;
};

/** In the transaction of an update: everybody who confirmed hears of it. */
export async function queueUpdate(tx: Tx, updateId: string, at: Date): Promise<void> {
  const prefix = createId('sdl', at.getTime());
  await sql`
    insert into status_deliveries (id, subscriber_id, update_id, state, next_attempt_at, queued_at, changed_at)
    select ${prefix} || '-' || row_number() over (order by id), id, ${updateId}, 'queued', ${at}::timestamptz, ${at}, ${at}
    from status_subscribers where confirmed_at is not null`.execute(tx);
}

/** The question whether somebody wants to hear of updates. */
export async function queueConfirmation(tx: Tx, subscriberId: string, at: Date): Promise<void> {
  await sql`
    insert into status_deliveries (id, subscriber_id, state, next_attempt_at, queued_at, changed_at)
    values (${createId('sdl', at.getTime())}, ${subscriberId}, 'queued', ${at}, ${at}, ${at})`.execute(tx);
}

/** Takes due deliveries; one whose sender is gone is taken again. */
export async function claimDeliveries(
  database: Database,
  claim: { now: Date; by: string; most: number; sendingForMs: number },
): Promise<DueDelivery[]> {
  const taken = await database.pool.query<DueDelivery>({
    name: 'claim-status-deliveries',
    text: `with taken as (
             update status_deliveries d set state = 'sending', attempts = attempts + 1, sending_by = $2, changed_at = $1,
               sending_until = clock_timestamp() + make_interval(secs => $4)
             where d.id in (
               select id from status_deliveries
               where (state = 'queued' and next_attempt_at <= $1) or (state = 'sending' and sending_until < clock_timestamp())
               order by queued_at, id limit $3 for update skip locked)
             returning d.*)
           select t.id, t.subscriber_id as "subscriberId", t.attempts as attempt, t.queued_at as "queuedAt", s.kind,
             s.address_box as "addressBox", case when u.id is null then null else jsonb_build_object(
               'id', u.id, 'noticeId', n.id, 'name', n.name, 'status', u.status, 'body', u.body, 'at', u.at) end as update
           from taken t join status_subscribers s on s.id = t.subscriber_id
             left join status_updates u on u.id = t.update_id left join status_notices n on n.id = u.notice_id`,
    values: [claim.now, claim.by, claim.most, claim.sendingForMs / 1_000],
  });
  return taken.rows;
}

export async function nextDeliveryDue(database: Database): Promise<Date | null> {
  const found = await database.pool.query<{ due: Date | null }>({
    name: 'next-status-delivery',
    text: `select min(next_attempt_at) as due from status_deliveries where state = 'queued'`,
  });
  return found.rows[0]?.due ?? null;
}

/** Writes how an attempt ended. */
export async function recordDelivery(
  db: Queryable,
  delivery: Pick<DueDelivery, 'id' | 'attempt'>,
  next: { state: 'queued' | 'sent' | 'failed'; reason: string | null; nextAttemptAt: Date | null; at: Date },
): Promise<void> {
  await sql`
    update status_deliveries set state = ${next.state}, reason = ${next.reason}, next_attempt_at = ${next.nextAttemptAt},
      sending_by = null, sending_until = null, changed_at = ${next.at}
    where id = ${delivery.id} and state = 'sending' and attempts = ${delivery.attempt}`.execute(db);
}

/** How many deliveries of a subscriber failed for good, and why the last one did. */
export async function readFailures(db: Queryable): Promise<Map<string, { failed: number; reason: string }>> {
  const found = await sql<{ id: string; failed: string; reason: string }>`
    select subscriber_id as id, count(*) as failed, (array_agg(reason order by changed_at desc))[1] as reason
    from status_deliveries where state = 'failed' group by subscriber_id`.execute(db);
  return new Map(found.rows.map(({ id, failed, reason }) => [id, { failed: Number(failed), reason }]));
}
