import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChainedEntry, hashEntry, verifyAuditChain, WHOLE_CHAIN } from './audit-chain.ts';
import { exportHeader, exportLine, verifyAuditExport } from './audit-export.ts';

function chainOf(texts: readonly string[]): ChainedEntry[] {
  let previousHash = WHOLE_CHAIN.firstPreviousHash;
  return texts.map((text, i) => {
    const [seq, position] = [i + 1, (i + 1) * 3];
    const entry = JSON.stringify({ seq, position, kind: 'user.changed', body: { text } });
    const hash = hashEntry(previousHash, entry);
    const row = { seq, position, entry, previousHash, hash };
    previousHash = hash;
    return row;
  });
}
const lastOf = (chain: ChainedEntry[]) => ({ seq: chain.at(-1)!.seq, hash: chain.at(-1)!.hash });

const chains = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 3, maxLength: 30 }).map(chainOf);
const places = fc
  .tuple(chains, fc.nat(), fc.nat())
  .map(([chain, a, b]) => ({ chain, a: a % chain.length, b: b % chain.length }));

describe('the audit chain', () => {
  it('an untouched chain is whole, and says how far it reaches', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async (chain) => {
        expect(await verifyAuditChain(chain, { ...WHOLE_CHAIN, last: lastOf(chain) })).toEqual({
          ok: true,
          entries: chain.length,
          lastSeq: chain.length,
          lastHash: chain.at(-1)!.hash,
        });
      }),
    );
    expect(await verifyAuditChain([])).toMatchObject({ ok: true, entries: 0 });
  });

  it('an edited entry is found where it is', async () => {
    await fc.assert(
      fc.asyncProperty(places, fc.constantFrom('body', 'hash', 'previousHash'), async ({ chain, a }, what) => {
        const row = chain[a]!;
        const edited = {
          body: { ...row, entry: row.entry.replace('user.changed', 'user.created') },
          hash: { ...row, hash: hashEntry('', row.entry) },
          previousHash: { ...row, previousHash: hashEntry('', 'x') },
        }[what]!;
        expect(await verifyAuditChain(chain.with(a, edited))).toMatchObject({
          ok: false,
          seq: a + 1,
          problem: 'edited',
        });
      }),
    );
  });

  it('an entry edited together with its own hash is found at the next one', async () => {
    await fc.assert(
      fc.asyncProperty(places, async ({ chain, a }) => {
        const row = chain[a]!;
        const entry = row.entry.replace('user.changed', 'user.created');
        const forged = chain.with(a, { ...row, entry, hash: hashEntry(row.previousHash, entry) });
        const verdict = await verifyAuditChain(forged, { ...WHOLE_CHAIN, last: lastOf(chain) });
        expect(verdict).toMatchObject({ ok: false, problem: 'edited', seq: Math.min(a + 2, chain.length) });
      }),
    );
  });

  it('a deleted entry is found where it was, also the last one when the end is known', async () => {
    await fc.assert(
      fc.asyncProperty(places, async ({ chain, a }) => {
        const verdict = await verifyAuditChain(chain.toSpliced(a, 1), { ...WHOLE_CHAIN, last: lastOf(chain) });
        expect(verdict).toMatchObject({ ok: false, seq: a + 1, problem: 'deleted' });
      }),
    );
  });

  it('two entries that changed places are found, also with their numbers exchanged', async () => {
    await fc.assert(
      fc.asyncProperty(places, fc.boolean(), async ({ chain, a, b }, renumbered) => {
        fc.pre(a !== b);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [first, second] = [chain[low]!, chain[high]!];
        const place = ({ seq, position }: ChainedEntry) => (renumbered ? { seq, position } : {});
        const moved = chain.with(low, { ...second, ...place(first) }).with(high, { ...first, ...place(second) });
        const verdict = await verifyAuditChain(moved);
        expect(verdict).toMatchObject({ ok: false, seq: low + 1 });
      }),
    );
  });

  it('an entry that is there twice is found', async () => {
    await fc.assert(
      fc.asyncProperty(places, async ({ chain, a }) => {
        expect(await verifyAuditChain(chain.toSpliced(a, 0, chain[a]!))).toMatchObject({
          ok: false,
          seq: a + 1,
          problem: 'reordered',
        });
      }),
    );
  });
});

describe('an exported audit log', () => {
  const exportOf = (chain: ChainedEntry[]) =>
    (exportHeader({ ...WHOLE_CHAIN, last: lastOf(chain) }, new Date(0)) + chain.map(exportLine).join('')).split('\n');

  it('is checked without the database, whatever the entries hold', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async (chain) => {
        expect(await verifyAuditExport(exportOf(chain))).toMatchObject({ ok: true, entries: chain.length });
      }),
    );
  });

  it('a line changed, dropped or moved is found', async () => {
    await fc.assert(
      fc.asyncProperty(places, fc.constantFrom('drop', 'garble', 'twice'), async ({ chain, a }, what) => {
        const lines = exportOf(chain);
        const changed = {
          drop: lines.toSpliced(a + 1, 1),
          garble: lines.with(a + 1, lines[a + 1]!.slice(0, -3)),
          twice: lines.toSpliced(a + 1, 0, lines[a + 1]!),
        }[what]!;
        expect(await verifyAuditExport(changed)).toMatchObject({ ok: false, seq: a + 1 });
      }),
    );
  });

  it.each([[[]], [['']], [['{}']], [['not json']], [['{"kind":"holdfast-audit","version":2}']]])(
    'what is no export is said to be none: %j',
    async (lines) => {
      expect(await verifyAuditExport(lines)).toMatchObject({ ok: false, problem: 'unreadable' });
    },
  );
});
