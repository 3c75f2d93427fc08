import type { LintFinding } from '../../../../src/contract/runbook-lint.ts';
import { LintMark } from '../../components/lint-mark.tsx';
import { plural } from '../../lib/plural.ts';

/** How many errors and warnings; `clean` when there are none. */
export function LintCounts({ findings }: { findings: readonly Pick<LintFinding, 'severity'>[] }) {
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  const warnings = findings.length - errors;
  if (findings.length === 0) return <>clean</>;
  return (
    <span className="flex flex-wrap gap-x-3">
      {errors > 0 ? <LintMark severity="error">{plural(errors, 'error')}</LintMark> : null}
      {warnings > 0 ? <LintMark severity="warning">{plural(warnings, 'warning')}</LintMark> : null}
    </span>
  );
}
