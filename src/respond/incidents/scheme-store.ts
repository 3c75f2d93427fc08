import { sql } from 'kysely';
import { type SeveritySchemeSpec, severitySchemeSpecSchema } from '../../contract/severity-scheme.ts';
import { parseDurationMs } from '../../platform/config/parse-units.ts';
import type { Queryable } from '../../platform/db/database.ts';
import {
  findScheme,
  findShippedScheme,
  SEVERITY_SCHEMES,
  type SeverityScheme,
  unknownScheme,
} from './severity-schemes.ts';

/** Schemes that teams wrote, by name. */
async function listWrittenSchemes(db: Queryable): Promise<SeverityScheme[]> {
  const rows = await sql<{ name: string; spec: unknown }>`
    select name, spec from oncall_definitions where kind = 'scheme' order by name`.execute(db);
  return rows.rows.map(({ name, spec }) => readSpec(name, severitySchemeSpecSchema.parse(spec)));
}

/** Those teams wrote and those that ship; one that was written under a shipped name takes its place. */
export async function listSchemes(db: Queryable): Promise<(SeverityScheme & { written: boolean })[]> {
  const written = await listWrittenSchemes(db);
  const others = SEVERITY_SCHEMES.filter(({ name }) => !written.some((each) => each.name === name));
  return [
    ...written.map((scheme) => ({ ...scheme, written: true })),
    ...others.map((scheme) => ({ ...scheme, written: false })),
  ];
}

/** @throws HoldfastError invalid `severity.unknown-scheme` */
export async function readScheme(db: Queryable, name: string): Promise<SeverityScheme> {
  const written = await listWrittenSchemes(db);
  const found = written.find((each) => each.name === name) ?? findShippedScheme(name);
  if (found) return found;
  throw unknownScheme(name, [...new Set([...written, ...SEVERITY_SCHEMES].map((each) => each.name))]);
}

function readSpec(name: string, spec: SeveritySchemeSpec): SeverityScheme {
  const toMs = (written: string | undefined) => (written === undefined ? null : parseDurationMs(written));
  return {
    name,
    calendar: spec.calendar ?? null,
    levels: spec.levels
      .map((level) => ({
        rank: level.rank,
        label: level.name,
        respondWithinMs: toMs(level.respond),
        nextBusinessDay: level.respond === 'next business day',
        meaning: level.meaning,
        resolveWithinMs: toMs(level.resolve),
        updateEveryMs: toMs(level.updateEvery),
        alerts: level.alerts,
      }))
      .sort((a, b) => a.rank - b.rank),
  };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A scheme that ships, the way a file has it: what somebody writes their own from. */
export function shippedSchemeSpec(name: string): SeveritySchemeSpec {
  const toText = (ms: number) => (ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${ms / MINUTE_MS}m`);
  return {
    levels: findScheme(name).levels.map((level) => ({
      rank: level.rank,
      name: level.label,
      meaning: level.meaning,
      respond:
        level.respondWithinMs !== null
          ? toText(level.respondWithinMs)
          : level.nextBusinessDay
            ? 'next business day'
            : 'none',
      resolve: 'none' as const,
      alerts: {},
    })),
  };
}
