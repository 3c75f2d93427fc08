import { secretForms } from './secret-forms.ts';

const MASK = Buffer.from('[redacted]');

export type Redactor = {
  /** The part of the stream that is certain by now, redacted. A possible beginning of a secret is held back. */
  push(chunk: Buffer): Buffer;
  /** What was held back, at the end of the stream. */
  flush(): Buffer;
};

type Stretch = { from: number; to: number };

/**
 * Redacts a stream: the same bytes give the same result wherever the borders of its chunks are. Every byte that belongs
 * to a form of a secret is masked; forms that overlap share one mask. Holds back less than the longest form.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = [...new Map(secrets.flatMap(secretForms).map((form) => [form.toString('latin1'), form])).values()];
  const longest = Math.max(0, ...forms.map((form) => form.length));
  const firstBytes = new Set(forms.map((form) => form[0]));
  let held: Buffer = Buffer.alloc(0);
  /** So many of the held bytes belong to a secret whose mask was written already. */
  let masked = 0;

  const redactUpTo = (data: Buffer, border: number): Buffer => {
    const parts: Buffer[] = [];
    let at = masked;
    let maskedTo = masked;
    for (const { from, to } of mergeOverlaps(findForms(data, forms), masked)) {
      if (from >= border) break;
      if (from >= maskedTo) parts.push(data.subarray(at, from), MASK);
      maskedTo = Math.max(maskedTo, to);
      at = maskedTo;
    }
    if (at < border) parts.push(data.subarray(at, border));
    held = Buffer.from(data.subarray(border));
    masked = Math.max(0, maskedTo - border);
    return Buffer.concat(parts);
  };

  return {
    push(chunk) {
      if (forms.length === 0) return chunk;
      const data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      return redactUpTo(data, firstPossibleStart(data, { forms, longest, firstBytes }));
    },
    flush: () => redactUpTo(held, held.length),
  };
}

function findForms(data: Buffer, forms: readonly Buffer[]): Stretch[] {
  const found: Stretch[] = [];
  for (const form of forms) {
    for (let from = data.indexOf(form); from !== -1; from = data.indexOf(form, from + 1))
      found.push({ from, to: from + form.length });
  }
  return found.sort((a, b) => a.from - b.from);
}

/** Overlapping stretches as one; those that begin before `open` belong to what is masked already. */
function mergeOverlaps(sorted: readonly Stretch[], open: number): Stretch[] {
  const merged: Stretch[] = open > 0 ? [{ from: 0, to: open }] : [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last && next.from < last.to) last.to = Math.max(last.to, next.to);
    else merged.push({ ...next });
  }
  return merged;
}

/** Where the rest of the data could be the beginning of a form; its length when nowhere. */
function firstPossibleStart(
  data: Buffer,
  {
    forms,
    longest,
    firstBytes,
  }: { forms: readonly Buffer[]; longest: number; firstBytes: ReadonlySet<number | undefined> },
): number {
  for (let at = Math.max(0, data.length - longest + 1); at < data.length; at += 1) {
    if (!firstBytes.has(data[at])) continue;
    const length = data.length - at;
    if (forms.some((form) => form.length > length && data.compare(form, 0, length, at) === 0)) return at;
  }
  return data.length;
}

/** A whole text, redacted. */
export function redactText(text: string, secrets: readonly string[]): string {
  const redactor = createRedactor(secrets);
  return Buffer.concat([redactor.push(Buffer.from(text, 'utf8')), redactor.flush()]).toString('utf8');
}
