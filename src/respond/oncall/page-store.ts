import { type RawBuilder, sql } from 'kysely';
import type { Page } from '../../contract/incident.ts';
import type { Database, Queryable, Tx } from '../../platform/db/database.ts';
import { publish } from '../../platform/events/publish.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import type { OutgoingPage, PageMessage } from './channel.ts';
import type { IncidentAnswer, NextPageState } from './judge-send.ts';

type PageRow = {
  id: string;
  incidentId: string;
  recipient: string;
  channel: string;
  state: Page['state'];
  changedAt: Date;
  attempts: number;
  reason: string | null;
};

/** A page to send. */
export type NewPage = {
  message: PageMessage;
  recipient: string;
  channel: string;
  at: Date;
  /** The recipient's own way to be reached; without it the channel of the configuration. */
  contactMethodId?: string | null;
  /** Not before this; at once unless given. */
  notBefore?: Date;
  /** The incident was acknowledged and is not resolved: that acknowledgement does not stop this page. */
  afterAck?: boolean;
};

/** Queues a page in the transaction of its cause. Kick 'pages' after the commit. */
export async function queuePage(tx: Tx, page: NewPage): Promise<string> {
  const id = createId('pag', page.at.getTime());
  await sql`
    insert into pages (id, incident_id, recipient, channel, state, dedup_key, message, queued_at, next_attempt_at, changed_at,
                       contact_method_id, after_ack)
    values (${id}, ${page.message.incidentId}, ${page.recipient}, ${page.channel}, 'queued', ${id}, ${JSON.stringify(page.message)}::jsonb,
            ${page.at}, ${page.notBefore ?? page.at}, ${page.at}, ${page.contactMethodId ?? null}, ${page.afterAck ?? false})`.execute(
    tx,
  );
  await publishPage(
    tx,
    'page.queued',
    { id, incidentId: page.message.incidentId, recipient: page.recipient, channel: page.channel },
    { at: page.at },
  );
  return id;
}

async function publishPage(
  tx: Tx,
  kind: string,
  page: { id: string; incidentId: string; recipient: string; channel: string },
  told: { at: Date; attempt?: number; reason?: string | null; actor?: string },
): Promise<void> {
  await publish(tx, [
    {
      kind,
      aggregate: `page:${page.id}`,
      actor: told.actor ?? 'system',
      at: told.at,
      body: {
        pageId: page.id,
        incidentId: page.incidentId,
        to: page.recipient,
        channel: page.channel,
        ...(told.attempt === undefined ? {} : { attempt: told.attempt }),
        ...(told.reason ? { reason: told.reason } : {}),
      },
    },
  ]);
}

/**
 * In the transaction of an acknowledgement or a resolve: nothing that has not left is sent any more.
 * @param by.answered a person has it: pages that reached somebody count as acknowledged. Without an answer (resolved
 *   before anybody responded) they stay what they are.
 */
export async function stopQueuedPages(
  tx: Tx,
  incidentId: string,
  by: { at: Date; actor: string; answered: boolean },
): Promise<void> {
  const rows = await sql<PageRow>`
    update pages p set next_attempt_at = null, changed_at = ${by.at},
      state = case when before.state in ('sent', 'delivered') or (before.attempts > 0 and ${by.answered}) then 'acked' else 'cancelled' end
    from (
      select id, state, attempts from pages
      where incident_id = ${incidentId} and (state in ('queued', 'uncertain') or (${by.answered} and state in ('sent', 'delivered')))
      for update) before
    where p.id = before.id
    returning p.id, p.incident_id as "incidentId", p.recipient, p.channel, p.state, p.changed_at as "changedAt", p.attempts, p.reason`.execute(
    tx,
  );
  for (const page of rows.rows) {
    const kind = page.state === 'cancelled' ? 'page.cancelled' : 'page.acked';
    await publishPage(tx, kind, page, { at: by.at, actor: by.actor });
  }
}

export type ClaimedPage = OutgoingPage & {
  incidentId: string;
  channel: string;
  contactMethodId: string | null;
  afterAck: boolean;
};

/**
 * Takes due pages to send. One that was being sent by a process that is gone counts as uncertain and is taken again.
 * @param claim.sendingForMs after this long without a result the sender is taken for gone
 */
export async function claimPages(
  database: Database,
  claim: { now: Date; by: string; most: number; sendingForMs: number },
): Promise<ClaimedPage[]> {
  const rows = await database.pool.query<ClaimedPage>({
    name: 'claim-pages',
    text: `update pages p set state = 'sending', attempts = attempts + 1, sending_by = $2, changed_at = $1,
             sending_until = clock_timestamp() + make_interval(secs => $4)
           where p.id in (
             select p.id from pages p
             where (p.state in ('queued', 'uncertain') and p.next_attempt_at <= $1)
                or (p.state = 'sending' and (p.sending_until < clock_timestamp()
                    or not exists (select from workers w where w.id = p.sending_by and w.lease_expires_at > clock_timestamp())))
             order by p.queued_at limit $3 for update skip locked)
           returning id, incident_id as "incidentId", recipient, channel, dedup_key as "dedupKey", message, attempts as attempt, queued_at as "queuedAt",
             contact_method_id as "contactMethodId", after_ack as "afterAck"`,
    values: [claim.now, claim.by, claim.most, claim.sendingForMs / 1_000],
  });
  return rows.rows;
}

/** When the next page is due by the domain's clock, or null. */
export async function nextPageDue(database: Database): Promise<Date | null> {
  const rows = await database.pool.query<{ due: Date | null }>({
    name: 'next-page',
    text: `select min(next_attempt_at) as due from pages where state in ('queued', 'uncertain')`,
  });
  return rows.rows[0]?.due ?? null;
}

type AnsweredPage = Pick<ClaimedPage, 'incidentId' | 'afterAck'>;

/** Whether somebody acknowledged the incident since the page was queued, or it ended: then it stops. Locks nothing. */
export async function readAnswer(db: Queryable, page: AnsweredPage): Promise<IncidentAnswer> {
  return askAnswer(db, page, sql``);
}

/** The same, and until the transaction ends nobody can acknowledge or resolve it. */
export async function holdAnswer(tx: Tx, page: AnsweredPage): Promise<IncidentAnswer> {
  return askAnswer(tx, page, sql`for share`);
}

async function askAnswer(db: Queryable, { incidentId, afterAck }: AnsweredPage, lock: RawBuilder<unknown>) {
  const rows = await sql<{ answer: IncidentAnswer }>`
    select case when acknowledged_at is not null and not ${afterAck}::boolean then 'acknowledged'
      when status in ('resolved', 'closed') then 'over' else 'none' end as answer
    from incidents where id = ${incidentId} ${lock}`.execute(db);
  return rows.rows[0]?.answer ?? 'over';
}

/** Writes the result of an attempt. @returns false when another sender has the page by now */
export async function recordSend(
  tx: Tx,
  page: ClaimedPage,
  by: string,
  next: NextPageState,
  at: Date,
): Promise<boolean> {
  const nextAttemptAt = next.retryAfterMs === null ? null : new Date(at.getTime() + next.retryAfterMs);
  const rows = await sql`
    update pages set state = ${next.state}, reason = ${next.reason}, next_attempt_at = ${nextAttemptAt}, sending_by = null, sending_until = null, changed_at = ${at}
    where id = ${page.id} and state = 'sending' and sending_by = ${by} and attempts = ${page.attempt}`.execute(tx);
  if (rows.numAffectedRows !== 1n) return false;
  const kind = {
    sent: 'page.sent',
    acked: 'page.acked',
    failed: 'page.failed',
    cancelled: 'page.cancelled',
    uncertain: 'page.uncertain',
    queued: null,
  }[next.state];
  if (kind) await publishPage(tx, kind, page, { at, attempt: page.attempt, reason: next.reason });
  return true;
}
