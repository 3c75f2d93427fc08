import type { Alert } from './alert.ts';
import { fingerprintOf } from './labels/fingerprint.ts';
import { putLabel } from './labels/label-set.ts';
import { quote } from './matchers/go-quote.ts';
import { isLabelName, type MatcherMode } from './matchers/parse-matchers.ts';

/** What a POST of alerts comes to: those that are well formed, and what is wrong with the others. */
export type PostedAlerts = { alerts: Alert[]; errors: string[] };

/** The request is no list of alerts at all: nothing of it is taken. `path` is where, as `alerts.3.startsAt`. */
export class PostedAlertsError extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** The time that stands for none in Go's JSON. */
const ZERO_TIME_MS = Date.parse('0001-01-01T00:00:00Z');

/**
 * Reads the body of `POST /api/v2/alerts`. Good alerts are taken although others of the request are bad, as Alertmanager
 * does it.
 * @param options.nowMs the receipt
 * @param options.resolveTimeoutMs how long a report without an end holds
 * @throws PostedAlertsError when the body's shape is wrong
 */
export function readPostedAlerts(
  body: unknown,
  options: { nowMs: number; resolveTimeoutMs: number; mode: MatcherMode },
): PostedAlerts {
  if (!Array.isArray(body)) throw new PostedAlertsError('alerts', 'alerts must be an array');
  const posted: PostedAlerts = { alerts: [], errors: [] };
  for (let index = 0; index < body.length; index += 1) {
    const read = readAlert(body[index], `alerts.${index}`, options);
    if (typeof read === 'string') posted.errors.push(read);
    else posted.alerts.push(read);
  }
  return posted;
}

function readAlert(
  given: unknown,
  path: string,
  options: { nowMs: number; resolveTimeoutMs: number; mode: MatcherMode },
): Alert | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new PostedAlertsError(path, `${path} must be an object`);
  const fields = given as Record<string, unknown>;
  const labels = readTexts(fields['labels'], `${path}.labels`, true);
  const annotations = readTexts(fields['annotations'], `${path}.annotations`, false);
  const generatorUrl = fields['generatorURL'] ?? '';
  if (typeof generatorUrl !== 'string')
    throw new PostedAlertsError(`${path}.generatorURL`, `${path}.generatorURL must be of type uri`);
  const startsAt = readTime(fields['startsAt'], `${path}.startsAt`);
  const endsAt = readTime(fields['endsAt'], `${path}.endsAt`);

  const startsAtMs = startsAt ?? endsAt ?? options.nowMs;
  const endsAtMs = endsAt ?? options.nowMs + options.resolveTimeoutMs;
  if (endsAtMs < startsAtMs) return 'start time must be before end time';
  let labelled = false;
  for (const name in labels) {
    labelled = true;
    const problem = labelProblem(name, labels[name] ?? '', options.mode);
    if (problem) return `invalid label set: ${problem}`;
  }
  if (!labelled) return 'at least one label pair required';
  for (const name in annotations) {
    const problem = labelProblem(name, annotations[name] ?? '', options.mode);
    if (problem) return `invalid annotations: ${problem}`;
  }
  return {
    fingerprint: fingerprintOf(labels),
    labels,
    annotations,
    generatorUrl,
    startsAtMs,
    endsAtMs,
    timeout: endsAt === null,
    updatedAtMs: options.nowMs,
    receivedAtMs: options.nowMs,
  };
}

function labelProblem(name: string, value: string, mode: MatcherMode): string | null {
  if (!isLabelName(name, mode)) return `invalid name ${quote(name)}`;
  // PostgreSQL keeps no NUL in a text.
  if (!value.isWellFormed() || value.includes('\0')) return `invalid value ${quote(value)}`;
  return name.includes('\0') ? `invalid name ${quote(name)}` : null;
}

/** @param dropEmpty labels without a value are none; annotations may be empty */
function readTexts(given: unknown, path: string, dropEmpty: boolean): Record<string, string> {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object' || Array.isArray(given)) throw new PostedAlertsError(path, `${path} must be an object`);
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string')
      throw new PostedAlertsError(`${path}.${name}`, `${path}.${name} must be of type string`);
    if (value !== '' || !dropEmpty) putLabel(texts, name, value);
  }
  return texts;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)?$/;

/**
 * A time of the wire in milliseconds; null for none, which Go writes as year one.
 * @throws PostedAlertsError
 */
export function readTime(given: unknown, path: string): number | null {
  if (given === undefined || given === null || given === '') return null;
  const refuse = () => new PostedAlertsError(path, `${path} must be of type date-time: ${JSON.stringify(given)}`);
  if (typeof given !== 'string' || !RFC_3339.test(given)) throw refuse();
  // Finer than a millisecond is cut: JavaScript's clock has no more, and a cut time is never later than the given one.
  const plain = given
    .toUpperCase()
    .replace(' ', 'T')
    .replace(',', '.')
    .replace(/(\.\d{3})\d+/, '$1');
  const timeMs = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(plain) ? plain : `${plain}Z`);
  if (Number.isNaN(timeMs)) throw refuse();
  return timeMs === ZERO_TIME_MS ? null : timeMs;
}
