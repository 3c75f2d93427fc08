import type { StepSeed } from './block-reading.ts';

type Way = NonNullable<StepSeed['choice']>;

/**
 * Puts a step into the ways its place in the document belongs to (`Option 2`, and there `Docker`). The innermost is its
 * own choice; it is asked about only once the outer ones are taken.
 * @param ways the outermost first
 */
export function withinWays(seed: StepSeed, ways: readonly Way[]): StepSeed {
  const all = seed.choice === null ? ways : [...ways, seed.choice];
  const own = all.at(-1);
  if (own === undefined) return seed;
  const outer = all.slice(0, -1).filter((way) => way.group !== own.group);
  return { ...seed, choice: own, ...(outer.length === 0 ? {} : { ways: outer }) };
}
