/** Shorter values are not redacted: replacing every "a" would destroy the output and hide nothing. */
const SHORTEST_SECRET = 6;
const MASK = Buffer.from('[redacted]');

/**
 * The forms in which a secret is recognised: as it is, JSON- and URL-escaped, hexadecimal, and base64 (both alphabets,
 * at each of the three alignments, without the characters that neighbours influence).
 * Known limits: a secret that is split by other text, compressed, encrypted or reversed is not recognised.
 */
export function secretForms(secret: string): Buffer[] {
  if (secret.length < SHORTEST_SECRET) return [];
  const bytes = Buffer.from(secret, 'utf8');
  const forms = new Set<string>([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    secret.replaceAll("'", "'\\''"),
  ]);
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = before === 0 ? 0 : before + 1;
    const to = (before + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    const stable = encoded.slice(from, to);
    if (stable.length < SHORTEST_SECRET) continue;
    forms.add(stable);
    forms.add(stable.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...forms].map((form) => Buffer.from(form, 'utf8')).sort((a, b) => b.length - a.length);
}

export type Redactor = {
  /** The part of the stream that is certain by now, redacted. A possible beginning of a secret is held back. */
  push(chunk: Buffer): Buffer;
  /** What was held back, at the end of the stream. */
  flush(): Buffer;
};

/** Redacts a stream whatever its chunk borders. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = secrets.flatMap(secretForms).sort((a, b) => b.length - a.length);
  const longest = forms[0]?.length ?? 0;
  let held: Buffer = Buffer.alloc(0);

  const replaceAll = (data: Buffer): { parts: Buffer[]; safeFrom: number } => {
    const parts: Buffer[] = [];
    let from = 0;
    for (;;) {
      let at = -1;
      let length = 0;
      for (const form of forms) {
        const found = data.indexOf(form, from);
        // The earliest wins, among equals the longest (forms come longest first).
        if (found !== -1 && (at === -1 || found < at)) {
          at = found;
          length = form.length;
        }
      }
      if (at === -1) return { parts, safeFrom: from };
      parts.push(data.subarray(from, at), MASK);
      from = at + length;
    }
  };

  return {
    push(chunk) {
      if (forms.length === 0) return chunk;
      const data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const { parts, safeFrom } = replaceAll(data);
      const rest = data.subarray(safeFrom);
      const keep = Math.min(rest.length, longestPossibleStart(rest, forms, longest));
      held = Buffer.from(rest.subarray(rest.length - keep));
      return Buffer.concat([...parts, rest.subarray(0, rest.length - keep)]);
    },
    flush() {
      const last = held;
      held = Buffer.alloc(0);
      return last;
    },
  };
}

/** How many last bytes could be the beginning of a form. */
function longestPossibleStart(data: Buffer, forms: readonly Buffer[], longest: number): number {
  for (let length = Math.min(longest - 1, data.length); length > 0; length -= 1) {
    const tail = data.subarray(data.length - length);
    if (forms.some((form) => form.length > length && form.subarray(0, length).equals(tail))) return length;
  }
  return 0;
}

/** A whole text, redacted. */
export function redactText(text: string, secrets: readonly string[]): string {
  const redactor = createRedactor(secrets);
  return Buffer.concat([redactor.push(Buffer.from(text, 'utf8')), redactor.flush()]).toString('utf8');
}
