import { type Kysely, sql } from 'kysely';

/** Every version of every runbook, so that a run's text can always be found, compared and searched. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The search reads the beginning only: a tsvector holds no more than 1 MB.
  await sql`
    create table runbook_texts (
      sha256 text primary key,
      text text not null,
      words tsvector generated always as (to_tsvector('simple', left(text, 200000))) stored
    )`.execute(db);
  await sql`create index runbook_texts_by_words on runbook_texts using gin (words)`.execute(db);
  // Only appended to: the newest row of a path is what it is now, a row without a text says that the file is gone.
  await sql`
    create table runbook_versions (
      seq bigint generated always as identity primary key,
      path text not null,
      sha256 text references runbook_texts (sha256),
      title text not null,
      origin text,
      seen_at timestamptz not null
    )`.execute(db);
  await sql`create index runbook_versions_by_path on runbook_versions (path, seq desc)`.execute(db);
}
