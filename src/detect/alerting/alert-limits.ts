import type { Alert } from './alert.ts';
import { labelValue } from './labels/label-set.ts';
import type { Matcher } from './matchers/matcher.ts';
import { type Silence, SilenceError } from './silence.ts';

/** What is taken at most; 0 is no limit. */
export type AlertLimits = {
  /** Silences, expired ones too. */
  silences: number;
  silenceBytes: number;
  alertsPerName: number;
};

export const NO_LIMITS: AlertLimits = { silences: 0, silenceBytes: 0, alertsPerName: 0 };

/**
 * Which of the reports are still taken: of one name so many at a time, an alert that is over making room for another. As in
 * Alertmanager the others are left out and counted; whoever sent them is told nothing.
 */
export function createNameLimit(most: number): (reports: readonly Alert[], nowMs: number) => Alert[] {
  const endsByName = new Map<string, Map<string, number>>();
  const takes = ({ labels, fingerprint, endsAtMs }: Alert, nowMs: number): boolean => {
    const name = labelValue(labels, 'alertname');
    const ends = endsByName.get(name) ?? new Map<string, number>();
    endsByName.set(name, ends);
    if (!ends.has(fingerprint) && ends.size >= most) {
      const over = [...ends].find(([, endMs]) => endMs < nowMs);
      if (!over) return false;
      ends.delete(over[0]);
    }
    ends.set(fingerprint, endsAtMs);
    return true;
  };
  return (reports, nowMs) => (most > 0 ? reports.filter((report) => takes(report, nowMs)) : [...reports]);
}

/** @param count silences there are @throws SilenceError in Alertmanager's words */
export function checkSilenceLimits(silence: Silence, isNew: boolean, count: number, limits: AlertLimits): void {
  const sizeBytes = sizeOfSilence(silence);
  if (limits.silenceBytes > 0 && sizeBytes > limits.silenceBytes)
    throw new SilenceError(`silence exceeded maximum size: ${sizeBytes} bytes (limit: ${limits.silenceBytes} bytes)`);
  if (isNew && limits.silences > 0 && count + 1 > limits.silences)
    throw new SilenceError(`exceeded maximum number of silences: ${count} (limit: ${limits.silences})`);
}

/** The size that Alertmanager keeps of a silence: its protocol buffer, with the time it is dropped. */
function sizeOfSilence(silence: Silence): number {
  const matchers = sum(silence.matchers.map((matcher) => wrapped(sizeOfMatcher(matcher))));
  const annotations = sum(
    Object.entries(silence.annotations).map(([name, value]) => wrapped(sizeOfText(name) + sizeOfText(value))),
  );
  const times = [silence.startsAtMs, silence.endsAtMs, silence.updatedAtMs].map((ms) => wrapped(sizeOfTime(ms)));
  const texts = [silence.id, silence.createdBy, silence.comment].map(sizeOfText);
  const whole = wrapped(matchers) + sum(times) + sum(texts) + annotations;
  return wrapped(whole) + wrapped(sizeOfTime(silence.endsAtMs));
}

const KIND_NUMBERS: Readonly<Record<Matcher['type'], number>> = { '=': 0, '=~': 1, '!=': 2, '!~': 3 };

const sizeOfMatcher = ({ type, name, value }: Matcher) =>
  (KIND_NUMBERS[type] === 0 ? 0 : 2) + sizeOfText(name) + sizeOfText(value);

function sizeOfTime(ms: number): number {
  const nanos = (((ms % 1_000) + 1_000) % 1_000) * 1e6;
  return 1 + sizeOfNumber(Math.floor(ms / 1_000)) + (nanos === 0 ? 0 : 1 + sizeOfNumber(nanos));
}

const sizeOfText = (text: string) => (text === '' ? 0 : wrapped(Buffer.byteLength(text)));
/** A tag, a length, and so many bytes. */
const wrapped = (bytes: number) => 1 + sizeOfNumber(bytes) + bytes;
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

function sizeOfNumber(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}
