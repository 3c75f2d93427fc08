import type { LintFinding } from '../../../../src/contract/runbook-lint.ts';
import { joinClasses } from '../../components/join-classes.ts';
import { LINT_WORDS } from '../../lib/words.ts';
import { lineAnchor } from './line-anchor.ts';

/** Commands with the numbers their lines have in the file; a line with a finding says so before its text. */
export function CodeLines({
  text,
  line: first,
  label,
  findings,
  marked,
}: {
  text: string;
  line: number;
  label: string;
  findings: readonly LintFinding[];
  marked: number | null;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a named region, so that screen readers can find what scrolls
    <div
      role="region"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="code-face overflow-x-auto rounded-md border border-line bg-sunken py-2"
    >
      <div className="w-max min-w-full">
        {text.split('\n').map((content, index) => {
          const line = first + index;
          const worst = findings
            .filter((finding) => finding.line <= line && line <= Math.max(finding.line, lastLine(finding)))
            .toSorted((left, right) => left.severity.localeCompare(right.severity))[0];
          return (
            <div
              key={line}
              data-line={line}
              className={joinClasses(
                'flex border-l-4 pr-3 whitespace-pre',
                line === marked ? 'border-accent bg-accent-soft' : worst ? EDGES[worst.severity] : 'border-transparent',
              )}
            >
              <a
                href={`#${lineAnchor(line)}`}
                tabIndex={-1}
                className="mr-3 w-9 shrink-0 text-right text-quiet select-none hover:underline"
              >
                {line}
              </a>
              {worst ? <span className="sr-only">{LINT_WORDS[worst.severity].word}: </span> : null}
              <span>{content === '' ? ' ' : content}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

const EDGES: Record<LintFinding['severity'], string> = {
  error: 'border-bad bg-bad-soft',
  warning: 'border-ask bg-ask-soft',
};

/** An end before the first column of a line is that of the line above. */
const lastLine = (finding: LintFinding) => (finding.endColumn <= 1 ? finding.endLine - 1 : finding.endLine);
