import type { PostmortemForm } from './postmortem-form.ts';

export const PART_WORDS: Readonly<Record<keyof PostmortemForm, string>> = {
  summary: 'summary',
  services: 'services',
  timeline: 'timeline',
  rootCause: 'root cause',
  resolution: 'resolution',
  actionItems: 'action items',
  evidence: 'evidence',
};
const PARTS = Object.keys(PART_WORDS) as (keyof PostmortemForm)[];

/** The parts in which two differ. */
export function changedParts(before: PostmortemForm, after: PostmortemForm): (keyof PostmortemForm)[] {
  return PARTS.filter((part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]));
}

/**
 * Two edits of one text as one: each part from whoever changed it. Nothing typed here is lost: a part that both changed
 * stays as it is here.
 * @returns with the parts that both changed, differently
 */
export function joinEdits(
  before: PostmortemForm,
  mine: PostmortemForm,
  theirs: PostmortemForm,
): { form: PostmortemForm; both: (keyof PostmortemForm)[] } {
  const myParts = changedParts(before, mine);
  const taken = changedParts(before, theirs).filter((part) => !myParts.includes(part));
  return {
    form: { ...mine, ...Object.fromEntries(taken.map((part) => [part, theirs[part]])) },
    both: changedParts(mine, theirs).filter(
      (part) => myParts.includes(part) && changedParts(before, theirs).includes(part),
    ),
  };
}
