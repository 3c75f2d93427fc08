import { z } from 'zod';
import { isAddressRange, parseHostPort } from './parse-host-port.ts';
import { parseDurationMs, parseSizeBytes } from './parse-units.ts';

// Values as operators write them (text with a unit) becoming values as the program uses them (numbers with the unit in
// their name). The metadata is for the documentation, `explain` and the layers; see describe-settings.ts.

const MAX_NAME = 64;
const DAY_MS = 86_400_000;
const LONGEST_MS = 3650 * DAY_MS;

/** A duration in milliseconds from `30s`, `1h30m`, `7d`. */
export function duration(limits: { min?: string; max?: string } = {}) {
  const minMs = parseDurationMs(limits.min ?? '1ms') ?? 1;
  const maxMs = parseDurationMs(limits.max ?? '3650d') ?? LONGEST_MS;
  return z
    .string()
    .transform((text, context) => {
      const ms = parseDurationMs(text);
      const wrong =
        ms === null
          ? `${quote(text)} is not a duration; write a number with ms, s, m, h, d or w, such as 30s or 1h30m`
          : ms < minMs
            ? `${text} is too short; at least ${limits.min ?? '1ms'}`
            : ms > maxMs
              ? `${text} is too long; at most ${limits.max ?? '3650d'}`
              : null;
      if (wrong === null && ms !== null) return ms;
      context.addIssue({ code: 'custom', message: wrong ?? '' });
      return z.NEVER;
    })
    .meta({ type: 'duration', ...rangeOf(limits) });
}

/** A size in bytes from `256MiB`, `1GB`. */
export function size(limits: { min: string; max: string }) {
  const minBytes = parseSizeBytes(limits.min) ?? 0;
  const maxBytes = parseSizeBytes(limits.max) ?? Number.MAX_SAFE_INTEGER;
  return z
    .string()
    .transform((text, context) => {
      const bytes = parseSizeBytes(text);
      if (bytes !== null && bytes >= minBytes && bytes <= maxBytes) return bytes;
      const message =
        bytes === null
          ? `${quote(text)} is not a size; write a number with B, KiB, MiB, GiB or TiB (or kB, MB, GB, TB), such as 256MiB`
          : `${text} is out of range; from ${limits.min} to ${limits.max}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ type: 'size', ...rangeOf(limits) });
}

/** Text that `accepts` likes; `expected` ends the sentence "… is not". */
export function text(expected: string, accepts: (value: string) => boolean, meta: Record<string, unknown> = {}) {
  return z
    .string()
    .refine(accepts, { error: (issue) => `${quote(String(issue.input))} is not ${expected}` })
    .meta({ type: 'text', ...meta });
}

/** Like `text`, for values that must not be shown. */
export function secretText(expected: string, accepts: (value: string) => boolean, meta: Record<string, unknown> = {}) {
  return z
    .string()
    .refine(accepts, { error: `this is not ${expected}` })
    .meta({ type: 'text', mask: 'all', ...meta });
}

/** `HOST:PORT`. Port 0, "any free one", only where we listen. */
export function hostPort(options: { portZero: boolean }) {
  return z
    .string()
    .transform((value, context) => {
      const parsed = parseHostPort(value);
      if (parsed !== null && (options.portZero || parsed.port > 0)) return parsed;
      context.addIssue({ code: 'custom', message: `${quote(value)} is not HOST:PORT${adviseHostPort(value)}` });
      return z.NEVER;
    })
    .meta({ type: 'HOST:PORT' });
}

function adviseHostPort(value: string): string {
  if (/^:?\d+$/.test(value))
    return `; write 127.0.0.1:${value.replace(':', '')}, or 0.0.0.0:${value.replace(':', '')} for every interface`;
  if (/^[\da-f:]+$/i.test(value) && value.split(':').length > 2)
    return '; put an IPv6 address in brackets, such as [::1]:8080';
  if (/^https?:/i.test(value)) return '; write it without http://';
  return ', such as 127.0.0.1:8080 or [::1]:8080';
}

export function httpUrl(meta: Record<string, unknown> = {}) {
  return text('an http:// or https:// address', isHttpUrl, { type: 'URL', ...meta });
}

export function isHttpUrl(value: string): boolean {
  if (!/^https?:\/\//i.test(value)) return false;
  return URL.canParse(value);
}

/** One plain address: no name beside it, no list. */
export function isEmailAddress(value: string): boolean {
  return value.length <= 254 && /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(value);
}

/** E.164: `+`, country, number. */
export function isTelephoneNumber(value: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(value);
}

/** PostgreSQL's own URLs are not all URLs by the web's rules (no host with a socket, several hosts). */
export function isPostgresUrl(value: string): boolean {
  return /^postgres(?:ql)?:\/\/\S+$/i.test(value);
}

/** The name an operator gives to a probe, a target or a webhook. */
/** A list, of which one item may stand alone. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item));
}

export const nameSchema = z
  .string()
  .refine((name) => name.length <= MAX_NAME && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name), {
    error: `a name is made of letters, digits, dots, dashes and underscores, begins with a letter or digit, and has at most ${MAX_NAME}`,
  });

export const filled = text('text', (value) => value.trim() !== '');
/** A path; relative ones count from the file they are written in. */
export const file = (meta: Record<string, unknown> = {}) => filled.meta({ type: 'file', path: true, ...meta });
export const addressRange = text('an IP address or range, such as 10.0.0.0/8', isAddressRange);

/** 1 is the worst. */
export const rank = z.int().min(1).max(4).meta({ type: 'rank 1–4' });

/** Something written, in a message: short, on one line. */
export function quote(value: string): string {
  const line = JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  return line;
}

function rangeOf(limits: { min?: string; max?: string }): Record<string, string> {
  return { ...(limits.min && { lowest: limits.min }), ...(limits.max && { highest: limits.max }) };
}

export function exactlyOne<Shape extends object>(one: keyof Shape & string, other: keyof Shape & string) {
  return (value: Shape, context: z.RefinementCtx) => {
    const given = [one, other].filter((key) => value[key as keyof Shape] !== undefined);
    if (given.length === 1) return;
    const message = `give either ${one} or ${other}${given.length === 2 ? ', not both' : ''}`;
    context.addIssue({ code: 'custom', path: [], message });
  };
}
