import type { ReactNode } from 'react';
import type { LintFinding } from '../../../src/contract/runbook-lint.ts';
import { LINT_WORDS } from '../lib/words.ts';
import { joinClasses } from './join-classes.ts';
import { TONE_TEXT } from './state-mark.tsx';

const SHAPES: Record<LintFinding['severity'], string> = {
  error: 'M1.5 1.5h9v9h-9z',
  warning: 'M6 1.2 11.6 10.8H0.4z',
};

/** How bad a finding is: a square for an error, a triangle for a warning, and the word. */
export function LintMark({ severity, children }: { severity: LintFinding['severity']; children?: ReactNode }) {
  const { word, tone } = LINT_WORDS[severity];
  return (
    <span className={joinClasses('inline-flex items-center gap-1.5 font-semibold whitespace-nowrap', TONE_TEXT[tone])}>
      <svg viewBox="0 0 12 12" width={10} height={10} aria-hidden="true" className="shrink-0 fill-current">
        <path d={SHAPES[severity]} />
      </svg>
      {children ?? word}
    </span>
  );
}
