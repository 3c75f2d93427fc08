import type { StepChange } from '../../../src/contract/runbook-version.ts';
import { RISK_CHANGES } from '../lib/words.ts';
import { joinClasses } from './join-classes.ts';
import { TONE_TEXT } from './state-mark.tsx';

/** Whether a change lets a runbook do more harm: an arrow and a word. */
export function RiskChange({ risk }: { risk: StepChange['risk'] }) {
  const { word, arrow, tone } = RISK_CHANGES[risk];
  return (
    <span className={joinClasses('inline-flex items-center gap-1 font-semibold whitespace-nowrap', TONE_TEXT[tone])}>
      <span aria-hidden="true">{arrow}</span>
      {word}
    </span>
  );
}
