import { type Kysely, sql } from 'kysely';

/**
 * Who wants to hear what the status page says. Addresses are sealed: the page's own tables are read for everybody,
 * these are not.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table status_subscribers (
      id text primary key, kind text not null check (kind in ('email', 'webhook')), address_box text not null,
      address_sha256 text not null, token_sha256 text not null unique, created_at timestamptz not null,
      asked_at timestamptz not null, confirmed_at timestamptz, unique (kind, address_sha256))`.execute(db);
  await sql`
    create table status_deliveries (
      id text primary key, subscriber_id text not null references status_subscribers (id) on delete cascade,
      update_id text references status_updates (id) on delete cascade, state text not null
        check (state in ('queued', 'sending', 'sent', 'failed')),
      attempts integer not null default 0, next_attempt_at timestamptz, sending_by text, sending_until timestamptz,
      reason text, queued_at timestamptz not null, changed_at timestamptz not null)`.execute(db);
  await sql`
    create index status_deliveries_due on status_deliveries (next_attempt_at) where state in ('queued', 'sending')`.execute(
    db,
  );
  await sql`create index status_deliveries_of_subscriber on status_deliveries (subscriber_id)`.execute(db);
  await sql`create index status_deliveries_of_update on status_deliveries (update_id)`.execute(db);
}
