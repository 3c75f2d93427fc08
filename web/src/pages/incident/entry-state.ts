import type { StateWords } from '../../lib/words.ts';

const QUIET: StateWords = { word: '', tone: 'quiet', shape: 'dot' };

/** The mark of a timeline entry, by the end of its kind: `run.failed` and `page.failed` look alike. */
const BY_VERB: Readonly<Record<string, StateWords>> = {
  opened: { word: 'opened', tone: 'bad', shape: 'dot' },
  failed: { word: 'failed', tone: 'bad', shape: 'cross' },
  'rollback-failed': { word: 'failed', tone: 'bad', shape: 'cross' },
  rejected: { word: 'rejected', tone: 'bad', shape: 'cross' },
  'in-doubt': { word: 'in doubt', tone: 'doubt', shape: 'question' },
  requested: { word: 'asked', tone: 'ask', shape: 'hand' },
  expired: { word: 'expired', tone: 'ask', shape: 'stop' },
  uncertain: { word: 'uncertain', tone: 'ask', shape: 'question' },
  suggested: { word: 'suggested', tone: 'ask', shape: 'hand' },
  paused: { word: 'paused', tone: 'ask', shape: 'pause' },
  granted: { word: 'granted', tone: 'good', shape: 'tick' },
  acknowledged: { word: 'acknowledged', tone: 'good', shape: 'tick' },
  succeeded: { word: 'succeeded', tone: 'good', shape: 'tick' },
  resolved: { word: 'resolved', tone: 'good', shape: 'tick' },
  fixed: { word: 'fixed', tone: 'good', shape: 'tick' },
  started: { word: 'started', tone: 'active', shape: 'dot' },
  noted: { word: 'noted', tone: 'active', shape: 'dot' },
  'rolled-back': { word: 'rolled back', tone: 'quiet', shape: 'undo' },
  'rolling-back': { word: 'rolling back', tone: 'quiet', shape: 'undo' },
  skipped: { word: 'skipped', tone: 'quiet', shape: 'skip' },
};

export function entryState(kind: string): StateWords {
  return BY_VERB[kind.split('.').at(-1) ?? ''] ?? QUIET;
}
