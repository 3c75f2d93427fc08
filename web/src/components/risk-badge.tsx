import type { BlockClass } from '../../../src/contract/runbook.ts';
import { CLASS_WORDS, type Tone } from '../lib/words.ts';
import { joinClasses } from './join-classes.ts';

const BORDERS: Partial<Record<Tone, string>> = {
  quiet: 'border-line-strong text-quiet',
  ask: 'border-ask text-ask bg-ask-soft',
  bad: 'border-bad text-bad bg-bad-soft',
};

/** What a step would do to the world, in one word; the reason on hover. */
export function RiskBadge({ risk, reason }: { risk: BlockClass; reason?: string | undefined }) {
  const { tone, means } = CLASS_WORDS[risk];
  return (
    <span
      title={reason ? `${means}: ${reason}` : means}
      className={joinClasses('rounded-sm border px-1.5 text-small font-semibold', BORDERS[tone])}
    >
      {risk}
    </span>
  );
}
