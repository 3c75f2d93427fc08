import type { MatcherType } from './matchers/matcher.ts';
import { readTime } from './read-posted-alerts.ts';
import type { SilenceRequest } from './silence.ts';

/** A posted silence whose shape is wrong, with the field. */
export class PostedSilenceError extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Reads the body of `POST /api/v2/silences`.
 * @throws PostedSilenceError for a wrong shape, PostedAlertsError for a time that is none
 */
export function readPostedSilence(body: unknown): SilenceRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new PostedSilenceError('silence', 'silence must be an object');
  const fields = body as Record<string, unknown>;
  const matchers = fields['matchers'];
  if (!Array.isArray(matchers)) throw required('matchers');
  if (matchers.length === 0)
    throw new PostedSilenceError('silence.matchers', 'matchers in body should have at least 1 items');
  for (const name of ['comment', 'createdBy', 'startsAt', 'endsAt']) {
    if (fields[name] === undefined || fields[name] === null) throw required(name);
  }
  return {
    id: fields['id'] === undefined || fields['id'] === null ? '' : text(fields['id'], 'id'),
    matchers: matchers.map((matcher, index) => readMatcher(matcher, `matchers.${index}`)),
    startsAtMs: readTime(fields['startsAt'], 'startsAt'),
    endsAtMs: readTime(fields['endsAt'], 'endsAt'),
    comment: text(fields['comment'], 'comment'),
    createdBy: text(fields['createdBy'], 'createdBy'),
    annotations: readAnnotations(fields['annotations']),
  };
}

function readMatcher(given: unknown, path: string): SilenceRequest['matchers'][number] {
  if (typeof given !== 'object' || given === null) throw new PostedSilenceError(path, `${path} must be an object`);
  const fields = given as Record<string, unknown>;
  for (const name of ['name', 'value', 'isRegex']) {
    if (fields[name] === undefined || fields[name] === null) throw required(`${path}.${name}`);
  }
  const isRegex = flag(fields['isRegex'], `${path}.isRegex`);
  const isEqual =
    fields['isEqual'] === undefined || fields['isEqual'] === null || flag(fields['isEqual'], `${path}.isEqual`);
  const type: MatcherType = isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!=';
  return { type, name: text(fields['name'], `${path}.name`), value: text(fields['value'], `${path}.value`) };
}

function readAnnotations(given: unknown): Record<string, string> {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object' || Array.isArray(given))
    throw new PostedSilenceError('annotations', 'annotations in body must be an object');
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, text(value, `annotations.${name}`)]));
}

function text(given: unknown, path: string): string {
  if (typeof given !== 'string') throw new PostedSilenceError(path, `${path} in body must be of type string`);
  if (given.includes('\0') || !given.isWellFormed())
    throw new PostedSilenceError(path, `${path} in body holds a NUL or half a character`);
  return given;
}

function flag(given: unknown, path: string): boolean {
  if (typeof given !== 'boolean') throw new PostedSilenceError(path, `${path} in body must be of type boolean`);
  return given;
}

function required(path: string): PostedSilenceError {
  return new PostedSilenceError(path, `${path} in body is required`);
}
