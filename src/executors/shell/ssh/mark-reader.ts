/** Cuts what lies between two marks out of a stream. */
export type MarkReader = {
  write(chunk: Buffer): void;
  started(): boolean;
  ended(): boolean;
  /** What came before the first mark and after the last one, for people and for verdicts; cut at a limit. */
  before(): string;
  after(): string;
};

/** Of what a login shell prints before our first mark, and of what comes after the last. */
const MOST_KEPT_BYTES = 4_096;

/**
 * Hands on what comes between the marks at once: held back is only an end that may be the beginning of a mark.
 * @param onBetween receives it, never a part of a mark
 */
export function createMarkReader(
  marks: { start: string; end: string },
  onBetween: (chunk: Buffer) => void,
): MarkReader {
  const start = Buffer.from(marks.start);
  const end = Buffer.from(marks.end);
  const kept = { before: Buffer.alloc(0), after: Buffer.alloc(0) };
  let state: keyof typeof kept | 'between' = 'before';
  let held: Buffer = Buffer.alloc(0);
  const keep = (where: keyof typeof kept, chunk: Buffer) => {
    kept[where] = Buffer.concat([kept[where], chunk]).subarray(0, MOST_KEPT_BYTES);
  };
  const take = (chunk: Buffer) => {
    if (chunk.length === 0) return;
    if (state === 'between') onBetween(chunk);
    else keep(state, chunk);
  };
  return {
    write(chunk) {
      let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      held = Buffer.alloc(0);
      while (state !== 'after') {
        const mark: Buffer = state === 'before' ? start : end;
        const at = rest.indexOf(mark);
        if (at < 0) {
          const keepBack = beginningAtEnd(rest, mark);
          held = rest.subarray(rest.length - keepBack);
          take(rest.subarray(0, rest.length - keepBack));
          return;
        }
        take(rest.subarray(0, at));
        rest = rest.subarray(at + mark.length);
        state = state === 'before' ? 'between' : 'after';
      }
      take(rest);
    },
    started: () => state !== 'before',
    ended: () => state === 'after',
    before: () => kept.before.toString('utf8'),
    after: () => kept.after.toString('utf8'),
  };
}

/** How many bytes at the end of a chunk may be the beginning of a mark. */
function beginningAtEnd(chunk: Buffer, mark: Buffer): number {
  const first = mark[0] ?? 0;
  const from = Math.max(0, chunk.length - mark.length + 1);
  for (let at = chunk.indexOf(first, from); at >= 0; at = chunk.indexOf(first, at + 1)) {
    const length = chunk.length - at;
    if (chunk.subarray(at).equals(mark.subarray(0, length))) return length;
  }
  return 0;
}
