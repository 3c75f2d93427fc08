import type { StepSeed } from './block-reading.ts';

/**
 * A step that belongs to one way of doing something (`Option 2`), and there to one of several ways again (`Docker`): the
 * first is asked for, the second is left to the person who then stands before it. Nothing of it runs by itself, or both
 * ways would be taken one after the other.
 */
export function withinWay(seed: StepSeed, way: StepSeed['choice'], innerLabel: string | undefined): StepSeed {
  if (way === null) return seed;
  const inner = seed.choice?.label ?? innerLabel;
  if (inner === undefined) return { ...seed, choice: way };
  return {
    ...seed,
    choice: way,
    kind: 'manual',
    title: seed.title === null || seed.title === inner ? inner : `${inner}: ${seed.title}`,
    reason: `one of several ways within "${way.label}": ${seed.reason}`,
    action: { kind: 'manual', text: `Only where "${inner}" is what you need: ${seed.body}` },
  };
}
