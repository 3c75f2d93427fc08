import type { StepStatus } from '../../../../src/contract/run.ts';
import type { Tone } from '../../lib/words.ts';

type Part = { word: string; tone: Tone; count: number };

const PARTS: readonly { word: string; tone: Tone; statuses: readonly StepStatus[] }[] = [
  { word: 'done', tone: 'good', statuses: ['succeeded'] },
  { word: 'failed', tone: 'bad', statuses: ['failed', 'rollback-failed'] },
  { word: 'in doubt', tone: 'doubt', statuses: ['in-doubt'] },
  { word: 'running', tone: 'active', statuses: ['running', 'rolling-back', 'waiting'] },
  { word: 'rolled back', tone: 'quiet', statuses: ['rolled-back'] },
  { word: 'left out', tone: 'quiet', statuses: ['skipped'] },
  { word: 'not run', tone: 'quiet', statuses: ['cancelled'] },
];

/** `3 of 12 done, 1 failed, 2 running`. */
export function countWords(items: readonly { status: StepStatus }[]): string {
  const { done, parts } = countItems(items);
  const rest = parts.filter((part) => part.count > 0 && part.word !== 'done');
  return [`${done} of ${items.length} done`, ...rest.map((part) => `${part.count} ${part.word}`)].join(', ');
}

/** How many items are in which state; those that have not begun are what is left. */
export function countItems(items: readonly { status: StepStatus }[]): { done: number; parts: Part[] } {
  const parts = PARTS.map(({ word, tone, statuses }) => ({
    word,
    tone,
    count: items.filter((item) => statuses.includes(item.status)).length,
  }));
  return { done: parts[0]?.count ?? 0, parts };
}
