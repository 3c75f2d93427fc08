import type { FoundAnomaly } from './found-anomaly.ts';
import type { JudgedBlock } from './judge-worker.ts';
import { nameAnomalies } from './keep-verdicts-store.ts';
import type { ExplainWhich } from './record-judge.ts';

/** The verdicts of one entry, as whoever waits for them gets them. */
export type EntryVerdicts = {
  firstN: number;
  score: Float64Array;
  p: Float64Array;
  anomaly: Uint8Array;
  found: readonly (FoundAnomaly & { id: string | null })[];
  warming: { seen: number; needed: number };
};

type Waiter = { explain: ExplainWhich; resolve: (verdicts: EntryVerdicts) => void };

/** Requests that wait for the verdicts of what they sent. */
export function createVerdictWaiters() {
  const waiters = new Map<string, Waiter[]>();
  const keyOf = (streamId: string, seq: number) => `${streamId} ${seq}`;
  return {
    expect(streamId: string, seq: number, explain: ExplainWhich) {
      const key = keyOf(streamId, seq);
      let waiter: Waiter;
      const verdicts = new Promise<EntryVerdicts>((resolve) => {
        waiter = { explain, resolve };
        waiters.set(key, [...(waiters.get(key) ?? []), waiter]);
      });
      return {
        verdicts,
        cancel() {
          const left = (waiters.get(key) ?? []).filter((each) => each !== waiter);
          if (left.length === 0) waiters.delete(key);
          else waiters.set(key, left);
        },
      };
    },
    /** Whether somebody wants every event of an entry explained. */
    wantAll: (streamId: string, seq: number) =>
      waiters.get(keyOf(streamId, seq))?.some(({ explain }) => explain === 'always') ?? false,
    /** Answers whoever waits for entries of this block. @returns the anomalies in it, named */
    tell(streamId: string, block: JudgedBlock, warming: EntryVerdicts['warming']): (FoundAnomaly & { id: string })[] {
      const anomalies: (FoundAnomaly & { id: string })[] = [];
      for (const entry of block.entries) {
        const offset = entry.firstN - block.firstN;
        const isAnomaly = (found: FoundAnomaly) =>
          found.what === 'window' || block.scores.anomaly[found.n - block.firstN] === 1;
        const named = nameAnomalies(entry.found.filter(isAnomaly));
        anomalies.push(...named);
        const key = keyOf(streamId, entry.seq);
        const waiting = waiters.get(key);
        if (!waiting) continue;
        waiters.delete(key);
        const others = entry.found.filter((found) => !isAnomaly(found)).map((found) => ({ ...found, id: null }));
        const verdicts: EntryVerdicts = {
          firstN: entry.firstN,
          score: block.scores.score.subarray(offset, offset + entry.events),
          p: block.scores.p.subarray(offset, offset + entry.events),
          anomaly: block.scores.anomaly.subarray(offset, offset + entry.events),
          found: [...named, ...others],
          warming,
        };
        for (const { resolve } of waiting) resolve(verdicts);
      }
      return anomalies;
    },
  };
}
