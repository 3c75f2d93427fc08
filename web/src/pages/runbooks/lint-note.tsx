import type { ReactNode } from 'react';
import type { LintFinding } from '../../../../src/contract/runbook-lint.ts';
import { DiffView } from '../../components/diff-view.tsx';
import { LintMark } from '../../components/lint-mark.tsx';
import { applyEdits } from '../../lib/apply-edits.ts';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { lineAnchor } from './line-anchor.ts';

/** A finding of the linter: folded it says what is wrong where, unfolded why, and what the fix would change. */
export function LintNote({ finding, text, open }: { finding: LintFinding; text: string; open: boolean }) {
  return (
    <details open={open} className="border-l-2 border-line-strong pl-2">
      <summary data-row className="min-h-6 py-0.5 break-anywhere">
        <LintMark severity={finding.severity} />{' '}
        <span className="text-quiet whitespace-nowrap">line {finding.line}</span>{' '}
        <span>{sentenceCase(finding.message)}</span>
      </summary>
      <LintDetails finding={finding} text={text}>
        {' · '}
        <a href={`#${lineAnchor(finding.line)}`} className="link whitespace-nowrap">
          Line {finding.line}
        </a>
      </LintDetails>
    </details>
  );
}

/** Why it is wrong, the rule, and the edit that would mend it. */
export function LintDetails({
  finding,
  text,
  children,
}: {
  finding: LintFinding;
  text: string;
  /** The way to its place. */
  children: ReactNode;
}) {
  const edited = finding.fix && finding.fix.edits.length > 0 ? applyEdits(text, finding.fix.edits) : null;
  return (
    <div className="pb-2 break-anywhere">
      <p className="text-quiet">{sentenceCase(finding.why)}</p>
      {finding.fix ? (
        <>
          <p className="mt-1">
            <strong>Fix:</strong> {finding.fix.title}
          </p>
          {edited ? (
            <DiffView before={edited.before} after={edited.after} label={`The fix at line ${edited.line}`} />
          ) : null}
        </>
      ) : null}
      <p className="mt-1 text-small text-quiet">
        Rule <span className="code-face">{finding.rule}</span>
        {children}
      </p>
    </div>
  );
}
