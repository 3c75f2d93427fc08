import type pg from 'pg';
import { orderTables } from './order-tables.ts';

/** One table as COPY needs it. Names are quoted where they are used. */
export type TableShape = { name: string; columns: string[]; orderBy: string };

/** Written by the migrator, not by us: the database that is restored into has its own. */
const MIGRATOR_TABLES = ['schema_migrations', 'schema_migrations_lock'];

/** So that the same rows are the same bytes on every server, whatever its locale and settings. */
const COPY_SETTINGS = [
  `set local timezone = 'UTC'`,
  `set local datestyle = 'ISO, YMD'`,
  `set local intervalstyle = 'postgres'`,
  `set local bytea_output = 'hex'`,
  'set local extra_float_digits = 1',
  `set local client_encoding = 'UTF8'`,
  'set local statement_timeout = 0',
  'set local idle_in_transaction_session_timeout = 0',
];

export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** In a transaction: makes COPY write one and the same text everywhere, and take as long as it takes. */
export async function prepareForCopy(client: pg.Client): Promise<void> {
  for (const statement of COPY_SETTINGS) await client.query(statement);
}

/** Every table of Holdfast's schema in dependency order, but for the migrator's own. */
export async function listTables(client: pg.Client): Promise<TableShape[]> {
  const columns = await client.query<{ name: string; columns: string[]; key: string[] | null }>(
    `select c.relname as name,
            array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '') as columns,
            (select array_agg(k.attname::text order by array_position(i.indkey::int2[], k.attnum))
               from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = any(i.indkey)
              where i.indrelid = c.oid and i.indisprimary) as key
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> all($1::text[])
      group by c.oid, c.relname`,
    [MIGRATOR_TABLES],
  );
  const references = await client.query<{ from: string; to: string }>(
    `select conrelid::regclass::text as "from", confrelid::regclass::text as "to" from pg_constraint
      where contype = 'f' and connamespace = current_schema()::regnamespace`,
  );
  const shapes = new Map(columns.rows.map((row) => [row.name, row]));
  return orderTables([...shapes.keys()], references.rows).map((name) => {
    const { columns: all, key } = shapes.get(name)!;
    // As text in C order: the locale of a database decides nothing. Without a primary key every column takes part.
    const orderBy = (key ?? all).map((column) => `${quoteName(column)}::text collate "C"`).join(', ');
    return { name, columns: all, orderBy };
  });
}

export function copyOutStatement({ name, columns, orderBy }: TableShape): string {
  return `copy (select ${columns.map(quoteName).join(', ')} from ${quoteName(name)} order by ${orderBy}) to stdout`;
}

export function copyInStatement({ name, columns }: { name: string; columns: readonly string[] }): string {
  return `copy ${quoteName(name)} (${columns.map(quoteName).join(', ')}) from stdin`;
}

export type SequenceState = { name: string; lastValue: string; called: boolean };

/** Where each sequence is. Read after the rows: sequences know no snapshot, and one that is ahead does no harm. */
export async function readSequences(client: pg.Client): Promise<SequenceState[]> {
  const found = await client.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'S' and relnamespace = current_schema()::regnamespace order by relname`,
  );
  const states: SequenceState[] = [];
  for (const { name } of found.rows) {
    const state = await client.query<{ lastValue: string; called: boolean }>(
      `select last_value::text as "lastValue", is_called as called from ${quoteName(name)}`,
    );
    states.push({ name, ...state.rows[0]! });
  }
  return states;
}

export async function setSequence(client: pg.Client, { name, lastValue, called }: SequenceState): Promise<void> {
  await client.query('select setval($1::regclass, $2::bigint, $3)', [quoteName(name), lastValue, called]);
}

/** Names of the migrations a database has, in order; empty for one without Holdfast's schema. */
export async function readAppliedMigrations(client: pg.Client): Promise<string[]> {
  const there = await client.query<{ there: boolean }>(`select to_regclass('schema_migrations') is not null as there`);
  if (!there.rows[0]?.there) return [];
  const applied = await client.query<{ name: string }>('select name from schema_migrations order by name');
  return applied.rows.map(({ name }) => name);
}

/** Which master key the secrets are sealed with; null when nothing was sealed yet. */
export async function readMasterKeyId(client: pg.Client): Promise<string | null> {
  const found = await client.query<{ keyId: string }>('select key_id as "keyId" from master_key_check');
  return found.rows[0]?.keyId ?? null;
}

export async function readServerVersion(client: pg.Client): Promise<number> {
  const found = await client.query<{ version: number }>(`select current_setting('server_version_num')::int as version`);
  return found.rows[0]!.version;
}
