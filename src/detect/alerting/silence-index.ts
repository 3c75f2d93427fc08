import type { LabelSet } from './labels/label-set.ts';
import { matchesAll } from './matchers/matcher.ts';
import { type Silence, stateOfSilence } from './silence.ts';

/** Which silences hold for which labels, without asking every silence for every alert. */
export type SilenceIndex = {
  set(silence: Silence): void;
  remove(id: string): void;
  get(id: string): Silence | undefined;
  all(): Iterable<Silence>;
  readonly size: number;
  /** Ids of the active silences for these labels, sorted. @param fingerprint of the labels; answers are kept by it */
  silencedBy(fingerprint: string, labels: LabelSet, nowMs: number): readonly string[];
  /** An alert is gone, and what was kept of it. */
  forget(fingerprint: string): void;
};

const NONE: readonly string[] = [];

/**
 * A silence lies in the drawer of one of its `=` matchers; only those without one are asked for every alert. What was
 * found for an alert is kept until a silence changes; ends and starts are looked at each time.
 */
export function createSilenceIndex(): SilenceIndex {
  const silences = new Map<string, Silence>();
  const drawers = new Map<string, Set<Silence>>();
  const unsorted = new Set<Silence>();
  const kept = new Map<string, { version: number; candidates: readonly Silence[] }>();
  let version = 0;

  const drawerOf = (silence: Silence): string | null => {
    const exact = silence.matchers.find((matcher) => matcher.type === '=' && matcher.value !== '');
    return exact ? `${exact.name}\0${exact.value}` : null;
  };
  const put = (silence: Silence) => {
    const key = drawerOf(silence);
    if (key === null) unsorted.add(silence);
    else drawers.set(key, (drawers.get(key) ?? new Set()).add(silence));
  };
  const take = (silence: Silence) => {
    unsorted.delete(silence);
    const key = drawerOf(silence);
    const drawer = key === null ? undefined : drawers.get(key);
    if (key !== null && drawer?.delete(silence) && drawer.size === 0) drawers.delete(key);
  };
  const candidatesFor = (fingerprint: string, labels: LabelSet, nowMs: number): readonly Silence[] => {
    const known = kept.get(fingerprint);
    if (known?.version === version) return known.candidates;
    const candidates: Silence[] = [];
    const ask = (silence: Silence) => {
      if (stateOfSilence(silence, nowMs) !== 'expired' && matchesAll(silence.matchers, labels))
        candidates.push(silence);
    };
    for (const silence of unsorted) ask(silence);
    if (drawers.size > 0) {
      for (const [name, value] of Object.entries(labels))
        for (const s of drawers.get(`${name}\0${value}`) ?? []) ask(s);
    }
    kept.set(fingerprint, { version, candidates });
    return candidates;
  };

  return {
    set(silence) {
      const before = silences.get(silence.id);
      if (before) take(before);
      silences.set(silence.id, silence);
      put(silence);
      version += 1;
    },
    remove(id) {
      const before = silences.get(id);
      if (!before) return;
      take(before);
      silences.delete(id);
      version += 1;
    },
    get: (id) => silences.get(id),
    all: () => silences.values(),
    get size() {
      return silences.size;
    },
    silencedBy(fingerprint, labels, nowMs) {
      if (silences.size === 0) return NONE;
      const candidates = candidatesFor(fingerprint, labels, nowMs);
      if (candidates.length === 0) return NONE;
      return candidates
        .filter((silence) => stateOfSilence(silence, nowMs) === 'active')
        .map((silence) => silence.id)
        .sort();
    },
    forget: (fingerprint) => void kept.delete(fingerprint),
  };
}
