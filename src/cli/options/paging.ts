import type { Command } from 'commander';
import type { Query } from '../api-client.ts';
import type { Output } from '../terminal/output.ts';
import { parseCount } from './parse-values.ts';

export type Page<Item> = { items: Item[]; next: string | null };
export type PagingOptions = { limit?: number; cursor?: string };

/** `--limit` and `--cursor`, as every list of the API has them. */
export function addPaging(command: Command): Command {
  return command
    .option('--limit <n>', 'most rows to show (1 to 500, default: 50)', parseCount)
    .option('--cursor <cursor>', 'go on after a page: the `next` it ended with');
}

export function pagingQuery({ limit, cursor }: PagingOptions): Query {
  return { limit, cursor };
}

/** Says how to go on where a list was longer than its page. @returns true when it was */
export function suggestNextPage(output: Output, command: string, page: Page<unknown>): boolean {
  if (page.next === null) return false;
  output.suggest(`More: ${command} --cursor ${page.next}`);
  return true;
}
