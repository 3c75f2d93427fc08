import { z } from 'zod';

/** Names of the files inside a backup. */
export const HEADER_FILE = 'holdfast-backup.json';
export const MANIFEST_FILE = 'manifest.json';
export const MANIFEST_SUM_FILE = 'manifest.sha256';
export const FORMAT = 'holdfast-backup';
export const FORMAT_VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);

/** The first file: what this is, readable without the rest. */
export const backupHeaderSchema = z.object({
  format: z.literal(FORMAT),
  version: z.int(),
  createdAt: z.string(),
  holdfastVersion: z.string(),
  /** `server_version_num` of the database it was taken from. */
  postgresVersion: z.int(),
  /** The migrations the database had, in order. */
  migrations: z.array(z.string().regex(/^\d{4}-[a-z0-9-]+$/)).min(1),
  /** Names the master key that opens the secrets inside; the key itself is never in a backup. */
  masterKeyId: z.string().nullable(),
});
export type BackupHeader = z.infer<typeof backupHeaderSchema>;

export const savedTableSchema = z.object({
  name: identifier,
  columns: z.array(identifier).min(1),
  rows: z.int(),
  bytes: z.int(),
  /** Over the rows as COPY writes them, in the table's own order. */
  sha256,
});
export type SavedTable = z.infer<typeof savedTableSchema>;

/** The last file but one: what everything before must add up to. */
export const backupManifestSchema = z.object({
  headerSha256: sha256,
  /** In an order in which each refers only to itself and to those before it. */
  tables: z.array(savedTableSchema),
  sequences: z.array(z.object({ name: identifier, lastValue: z.string().regex(/^-?\d+$/), called: z.boolean() })),
});
export type BackupManifest = z.infer<typeof backupManifestSchema>;

/** `tables/runs/000001.copy`. */
export function partName(table: string, part: number): string {
  return `tables/${table}/${String(part).padStart(6, '0')}.copy`;
}

/** The table and number of a part; null for a name that is none. */
export function parsePartName(name: string): { table: string; part: number } | null {
  const [, table, part] = /^tables\/([a-z_][a-z0-9_]{0,62})\/(\d{6,})\.copy$/.exec(name) ?? [];
  return table === undefined ? null : { table, part: Number(part) };
}
