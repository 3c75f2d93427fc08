import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { TOOL_TABLES } from './generated/tool-tables.ts';

/** What one tool takes: options as `--name` or `--name=` (with a value), by the words of the command. */
export type ToolTable = { version: string; global: string; commands: Record<string, string> };
export type ToolTables = Readonly<Record<string, ToolTable>>;

let gcloud: Promise<ToolTable> | undefined;

/** The tables of all tools; the large one of gcloud only where a document calls it. */
export async function loadToolTables(called: ReadonlySet<string>): Promise<ToolTables> {
  if (!called.has('gcloud')) return TOOL_TABLES;
  gcloud ??= unpackGcloud();
  return { ...TOOL_TABLES, gcloud: await gcloud };
}

async function unpackGcloud(): Promise<ToolTable> {
  const { GCLOUD_TABLE } = await import('./generated/gcloud-table.ts');
  const json = await promisify(brotliDecompress)(Buffer.from(GCLOUD_TABLE, 'base64'));
  return JSON.parse(json.toString('utf8')) as ToolTable;
}
