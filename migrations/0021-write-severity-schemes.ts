import { type Kysely, sql } from 'kysely';

/** Severity schemes that teams write, and what one said when an incident opened under it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table oncall_definitions drop constraint oncall_definitions_kind_check`.execute(db);
  await sql`
    alter table oncall_definitions add constraint oncall_definitions_kind_check
      check (kind in ('calendar', 'scheme', 'team', 'schedule', 'policy', 'routes'))`.execute(db);
  await sql`alter table incidents add column kept_scheme jsonb`.execute(db);
}
