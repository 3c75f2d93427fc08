import { sql } from 'kysely';
import type { RunbookHit, RunbookVersion } from '../../contract/runbook-version.ts';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';

const SHORTEST_SHA = 7;

type Newest = { path: string; sha256: string | null; title: string };

/** What every path is now; removed files with a null `sha256`. */
export async function readNewestVersions(db: Queryable): Promise<Newest[]> {
  const rows = await sql<Newest>`
    select distinct on (path) path, sha256, title from runbook_versions order by path, seq desc`.execute(db);
  return rows.rows;
}

/** Notes a version a path has from now on. @param version.text null when the file is gone */
export async function keepVersion(
  tx: Tx,
  version: {
    path: string;
    sha256: string | null;
    text: string | null;
    title: string;
    origin: string | null;
    at: Date;
  },
): Promise<void> {
  if (version.sha256 !== null) {
    await sql`
      insert into runbook_texts (sha256, text) values (${version.sha256}, ${version.text})
      on conflict (sha256) do nothing`.execute(tx);
  }
  await sql`
    insert into runbook_versions (path, sha256, title, origin, seen_at)
    values (${version.path}, ${version.sha256}, ${version.title}, ${version.origin}, ${version.at})`.execute(tx);
}

/** The versions of a path, newest first. */
export async function listVersions(
  db: Queryable,
  page: { path: string; limit: number; before: number | null },
): Promise<(RunbookVersion & { seq: number })[]> {
  const rows = await sql<Omit<RunbookVersion, 'seenAt'> & { seenAt: Date; seq: number }>`
    select seq, path, sha256, title, origin, seen_at as "seenAt",
      seq = (select max(seq) from runbook_versions newest where newest.path = v.path) as current
    from runbook_versions v where path = ${page.path} and (${page.before}::bigint is null or seq < ${page.before})
    order by seq desc limit ${page.limit}`.execute(db);
  return rows.rows.map((row) => ({ ...row, seq: Number(row.seq), seenAt: row.seenAt.toISOString() }));
}

/**
 * The text of one version of a path, by its hash or the beginning of it.
 * @throws HoldfastError missing `runbook.version-missing`, invalid `runbook.version-ambiguous`
 */
export async function readVersionText(
  db: Queryable,
  wanted: { path: string; sha256: string },
): Promise<{ sha256: string; text: string }> {
  const fits = /^[0-9a-f]{7,64}$/.test(wanted.sha256);
  const rows = fits
    ? (
        await sql<{ sha256: string; text: string }>`
          select distinct t.sha256, t.text from runbook_versions v join runbook_texts t on t.sha256 = v.sha256
          where v.path = ${wanted.path} and starts_with(t.sha256, ${wanted.sha256}) limit 2`.execute(db)
      ).rows
    : [];
  const [only, another] = rows;
  if (only && !another) return only;
  throw new HoldfastError({
    code: another ? 'runbook.version-ambiguous' : 'runbook.version-missing',
    kind: another ? 'invalid' : 'missing',
    message: another
      ? `several versions of ${wanted.path} begin with ${wanted.sha256}`
      : `there is no version ${wanted.sha256} of ${wanted.path}`,
    hint: another
      ? 'Write more of the hash.'
      : `\`holdfast runbook versions ${wanted.path}\` lists them; write at least ${SHORTEST_SHA} digits.`,
  });
}

/** Current runbooks in which all the words occur, those where they matter most first. */
export async function searchRunbooks(db: Queryable, words: string, limit: number): Promise<RunbookHit[]> {
  const rows = await sql<{ path: string; title: string; sha256: string; excerpts: string }>`
    with newest as (select distinct on (path) path, sha256, title from runbook_versions order by path, seq desc),
    asked as (
      select to_tsquery('simple', string_agg(quote_literal(word) || ':*', ' & ')) as query
      from regexp_split_to_table(${words}, '\\s+') word where word ~ '[[:alnum:]]')
    select n.path, n.title, n.sha256,
      ts_headline('simple', left(t.text, 200000), asked.query,
        'StartSel=«, StopSel=», MaxFragments=3, MaxWords=12, MinWords=4, FragmentDelimiter= ⏎ ') as excerpts
    from newest n join runbook_texts t on t.sha256 = n.sha256, asked
    where t.words @@ asked.query
    order by ts_rank(t.words, asked.query) desc, n.path limit ${limit}`.execute(db);
  return rows.rows.map(({ excerpts, ...row }) => ({
    ...row,
    excerpts: excerpts.split('⏎').map((each) => each.replace(/\s+/g, ' ').trim()),
  }));
}
