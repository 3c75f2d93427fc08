import type { Answer } from './promtool-answers.ts';

/** What differs between two answers, or null. Inexact ones may differ in their last digits. */
export function compareAnswers(ours: Answer, theirs: Answer, exact: boolean): string | null {
  if (ours === 'error' || theirs === 'error')
    return ours === theirs ? null : `ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`;
  const names = Object.keys(theirs).sort();
  if (JSON.stringify(Object.keys(ours).sort()) !== JSON.stringify(names))
    return `ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`;
  const wrong = names.filter((name) => ours[name] !== theirs[name] && (exact || !isNear(ours[name], theirs[name])));
  return wrong.length === 0
    ? null
    : wrong.map((name) => `${name}: ours ${ours[name]}, theirs ${theirs[name]}`).join('; ');
}

const DIGITS = 1e-9;

function isNear(one: string | undefined, other: string | undefined): boolean {
  const [left, right] = [readValue(one), readValue(other)];
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) && Number.isNaN(right);
  return left === right || Math.abs(left - right) <= DIGITS * Math.max(Math.abs(left), Math.abs(right), 1e-9);
}

const readValue = (text = 'NaN') => Number(text.replace('Inf', 'Infinity'));
