import { type ChainBounds, type ChainedEntry, type ChainVerdict, verifyAuditChain } from './audit-chain.ts';

const KIND = 'holdfast-audit';
const VERSION = 1;

/**
 * An export is JSON lines: a header that says where the chain begins and ends, then each entry with its text exactly as
 * it was hashed. `holdfast audit verify FILE` needs nothing else.
 */
export function exportHeader(bounds: ChainBounds, exportedAt: Date): string {
  return `${JSON.stringify({ kind: KIND, version: VERSION, exportedAt: exportedAt.toISOString(), ...bounds })}\n`;
}

export function exportLine({ seq, position, entry, previousHash, hash }: ChainedEntry): string {
  return `${JSON.stringify({ seq, position, entry, previousHash, hash })}\n`;
}

/**
 * Checks an exported file.
 * @param lines of the file, without their line feeds
 * @param anchors signed hashes from elsewhere; one of the entry before the first proves where a pruned chain begins
 */
export async function verifyAuditExport(
  lines: AsyncIterable<string> | Iterable<string>,
  anchors: ReadonlyMap<number, string> = new Map(),
): Promise<ChainVerdict> {
  const iterator = Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  const first = await iterator.next();
  const bounds = first.done ? null : readHeader(first.value);
  if (!bounds) {
    const message = 'this is not an audit export: its first line is not the header';
    return { ok: false, entries: 0, seq: 0, problem: 'unreadable', message };
  }
  const before = bounds && anchors.get(bounds.firstSeq - 1);
  if (bounds && before !== undefined && before !== bounds.firstPreviousHash) {
    const message = `the export begins behind another hash than the anchor of entry ${bounds.firstSeq - 1}`;
    return { ok: false, entries: 0, seq: bounds.firstSeq, problem: 'edited', message };
  }
  let unreadableAfter: number | null = null;
  async function* entries(): AsyncGenerator<ChainedEntry> {
    let lastSeq = bounds!.firstSeq - 1;
    for (;;) {
      const next = await iterator.next();
      if (next.done) return;
      if (next.value.trim() === '') continue;
      const entry = readEntry(next.value);
      if (!entry) {
        unreadableAfter = lastSeq;
        return;
      }
      lastSeq = entry.seq;
      yield entry;
    }
  }
  const covered = new Map([...anchors].filter(([seq]) => seq >= bounds.firstSeq));
  const verdict = await verifyAuditChain(entries(), { ...bounds, anchors: covered });
  if (unreadableAfter === null || (!verdict.ok && verdict.seq <= unreadableAfter)) return verdict;
  const seq: number = unreadableAfter + 1;
  const message = `the line after entry ${unreadableAfter} is not an entry`;
  return { ok: false, entries: verdict.entries, seq, problem: 'unreadable', message };
}

function readHeader(line: string): ChainBounds | null {
  const header = parseObject(line);
  if (!header || header['kind'] !== KIND || header['version'] !== VERSION) return null;
  const { firstSeq, firstPreviousHash, last } = header;
  if (!Number.isSafeInteger(firstSeq) || typeof firstPreviousHash !== 'string') return null;
  if (last !== null && (typeof last !== 'object' || !Number.isSafeInteger((last as { seq: unknown }).seq))) return null;
  return { firstSeq: firstSeq as number, firstPreviousHash, last: last as ChainBounds['last'] };
}

function readEntry(line: string): ChainedEntry | null {
  const value = parseObject(line);
  if (!value) return null;
  const { seq, position, entry, previousHash, hash } = value;
  const whole = Number.isSafeInteger(seq) && Number.isSafeInteger(position);
  const texts = [entry, previousHash, hash].every((text) => typeof text === 'string');
  return whole && texts ? (value as unknown as ChainedEntry) : null;
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(line) as unknown;
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
