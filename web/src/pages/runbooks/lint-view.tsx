import { Link, useSearch } from '@tanstack/react-router';
import type { LintFinding } from '../../../../src/contract/runbook-lint.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facets } from '../../components/facets.tsx';
import { LintMark } from '../../components/lint-mark.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { lineAnchor } from './line-anchor.ts';
import { LintDetails } from './lint-note.tsx';

const LABELS = { all: 'All', error: 'Errors', warning: 'Warnings' };

/** All findings of the linter in the order of the document. */
export function LintView({
  findings,
  text,
  known,
}: {
  findings: readonly LintFinding[];
  text: string;
  /** False while they are still asked for. */
  known: boolean;
}) {
  const { severity = 'all' } = useSearch({ from: '/app/runbooks/$' });
  if (!known) return <SkeletonRows rows={6} what="the findings" />;
  const count = (value: keyof typeof LABELS) =>
    value === 'all' ? findings.length : findings.filter((finding) => finding.severity === value).length;
  const shown = findings
    .filter((finding) => severity === 'all' || finding.severity === severity)
    .toSorted((left, right) => left.line - right.line || left.column - right.column);
  return (
    <section aria-label="Findings" className="max-w-[900px]">
      {findings.length > 0 ? (
        <div className="mb-2">
          <Facets
            label="Which findings"
            current={severity}
            options={(['all', 'error', 'warning'] as const).map((value) => ({
              value,
              label: `${LABELS[value]} ${count(value)}`,
            }))}
            toSearch={(value) => ({ show: 'findings', severity: value === 'all' ? undefined : value })}
          />
        </div>
      ) : null}
      {shown.length === 0 ? (
        <EmptyState
          why={findings.length === 0 ? 'The linter finds nothing wrong with this runbook.' : 'None is of this kind.'}
        />
      ) : (
        <ul className="border-t border-line">
          {shown.map((finding) => (
            <li
              key={`${finding.rule} ${finding.line}:${finding.column} ${finding.message}`}
              className="border-b border-line"
            >
              <details>
                <summary data-row className="min-h-9 py-2 break-anywhere focus:bg-hover">
                  <LintMark severity={finding.severity} />{' '}
                  <span className="text-quiet whitespace-nowrap">line {finding.line}</span>{' '}
                  {sentenceCase(finding.message)} <span className="code-face text-quiet">{finding.rule}</span>
                </summary>
                <div className="pb-2 pl-4">
                  <LintDetails finding={finding} text={text}>
                    {' · '}
                    <Link to="." search={{}} hash={lineAnchor(finding.line)} className="link whitespace-nowrap">
                      Show it in the document
                    </Link>
                  </LintDetails>
                </div>
              </details>
            </li>
          ))}
        </ul>
      )}
      <p className="mt-3 text-small text-quiet">
        Keys: <kbd>j</kbd> and <kbd>k</kbd> walk through the findings, <kbd>Enter</kbd> opens one.
      </p>
    </section>
  );
}
