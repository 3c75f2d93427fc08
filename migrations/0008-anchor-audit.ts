import { type Kysely, sql } from 'kysely';

/** Signed anchors of the audit chain, and where the chain begins once its oldest entries are pruned. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_anchor_key (
      only_row boolean primary key default true check (only_row),
      public_key text not null,
      private_key_box text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create table audit_anchors (
      seq bigint primary key,
      hash text not null,
      at timestamptz not null,
      signature text not null,
      sent_at timestamptz
    )`.execute(db);
  await sql`
    create table audit_base (
      only_row boolean primary key default true check (only_row),
      first_seq bigint not null,
      first_previous_hash text not null,
      pruned_at timestamptz not null
    )`.execute(db);
}
