import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { SeverityRank } from '../../contract/common.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90d`, `12h`, `30m`, `0` → milliseconds. */
export function parseDurationMs(text: string): number {
  const [, amount, unit] = /^(\d{1,9})(s|m|h|d)$/.exec(text) ?? [];
  if (text === '0') return 0;
  if (amount === undefined) throw new InvalidArgumentError('Write a duration such as 30m, 12h or 90d.');
  return Number(amount) * UNITS_MS[unit!]!;
}

/** A severity's rank, as `2`, `P2` or `p2`; 1 is the worst. */
export function parseRank(text: string): SeverityRank {
  const rank = Number(/^p?([1-4])$/i.exec(text)?.[1]);
  if (!rank) throw new InvalidArgumentError('Write a rank from 1 (worst) to 4.');
  return rank as SeverityRank;
}

export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}

/** `--set name=value`, repeated; the last one of a name counts. */
export function collectInput(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

/** `--set-file name=FILE`: the value is the file's text without its last line feed, for secrets and long values. */
export function collectInputFile(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as name=FILE.');
  try {
    const value = readFileSync(text.slice(equals + 1), 'utf8').replace(/\r?\n$/, '');
    return { ...before, [text.slice(0, equals)]: value };
  } catch (thrown) {
    throw new InvalidArgumentError(messageOf(thrown));
  }
}

export function collectText(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
