import { sql } from 'kysely';
import { type Role, roleCovers } from '../../contract/identity.ts';
import type { Queryable } from '../../platform/db/database.ts';

/** An incident somebody was told of, and who. */
export type PagedIncident = { incidentId: string; number: string; title: string; user: string };

/** What people answer to a page from a telephone. */
export type PhoneAnswer = { answer: 'acknowledge' | 'escalate'; incident: string | null };

type Row = PagedIncident & { role: Role; disabled: boolean };

const WORDS: Readonly<Record<string, PhoneAnswer['answer']>> = {
  ack: 'acknowledge',
  acknowledge: 'acknowledge',
  '1': 'acknowledge',
  esc: 'escalate',
  escalate: 'escalate',
  '2': 'escalate',
};
const SELECT = sql.raw(`select p.incident_id as "incidentId", i.number, i.title, u.name as "user", u.role, u.disabled
  from pages p join contact_methods m on m.id = p.contact_method_id join users u on u.id = m.user_id
    join incidents i on i.id = p.incident_id`);
const MOST_ANSWERABLE = 50;

/** Reads `ack`, `esc 002`, `1 INC-20260301-002`; null for anything else. */
export function parsePhoneAnswer(text: string): PhoneAnswer | null {
  const [word = '', incident = null, ...more] = text.trim().split(/\s+/, 4);
  const known = word.toLowerCase();
  const answer = Object.hasOwn(WORDS, known) ? WORDS[known] : undefined;
  return answer === undefined || more.length > 0 ? null : { answer, incident };
}

/** Whom a page called, and about what; null where there is no such call, or its person may not act (any more). */
export async function findCalledPage(db: Queryable, pageId: string): Promise<PagedIncident | null> {
  const rows = await sql<Row>`
    ${SELECT} where p.id = ${pageId} and m.kind = 'voice' and m.verified_at is not null`.execute(db);
  return rows.rows.filter(mayAct)[0] ?? null;
}

/** What a page told, for somebody who answers by an account of theirs elsewhere; null where they may not act. */
export async function findPageFor(
  db: Queryable,
  pageId: string,
  account: { kind: string; address: string },
): Promise<PagedIncident | null> {
  const user = await findActor(db, account);
  if (user === null) return null;
  const rows = await sql<PagedIncident>`
    select p.incident_id as "incidentId", i.number, i.title, ${user}::text as "user"
    from pages p join incidents i on i.id = p.incident_id where p.id = ${pageId}`.execute(db);
  return rows.rows[0] ?? null;
}

/** Whose account elsewhere it is; null for nobody's, or where its person may not act. */
export async function findActor(db: Queryable, account: { kind: string; address: string }): Promise<string | null> {
  const rows = await sql<{ user: string; role: Role; disabled: boolean }>`
    select u.name as "user", u.role, u.disabled from contact_methods m join users u on u.id = m.user_id
    where m.kind = ${account.kind} and m.address = ${account.address} and m.verified_at is not null`.execute(db);
  return rows.rows.find(mayAct)?.user ?? null;
}

/** Open incidents that a telephone number was told of by text message, newest first. */
export async function listTextedIncidents(db: Queryable, number: string): Promise<PagedIncident[]> {
  const rows = await sql<Row>`
    select * from (select distinct on ("incidentId") * from (
      ${SELECT} where m.kind = 'sms' and m.address = ${number} and m.verified_at is not null
        and p.attempts > 0 and i.status not in ('resolved', 'closed')) told
      order by "incidentId" desc) newest
    order by number desc limit ${MOST_ANSWERABLE}`.execute(db);
  return rows.rows.filter(mayAct);
}

/** Of several incidents the one an answer means: its whole number, or how that ends. */
export function chooseIncident(told: readonly PagedIncident[], named: string | null): PagedIncident | null {
  const meant = named === null ? told : told.filter(({ number }) => number.endsWith(named.toUpperCase()));
  return meant.length === 1 ? meant[0]! : null;
}

const mayAct = ({ role, disabled }: Pick<Row, 'role' | 'disabled'>) => !disabled && roleCovers(role, 'operator');
