import { LintMark } from '../../components/lint-mark.tsx';
import { plural } from '../../lib/plural.ts';

/** How many errors and warnings; `clean` when there are none. */
export function LintCounts({ counts: { errors, warnings } }: { counts: { errors: number; warnings: number } }) {
  if (errors + warnings === 0) return <>clean</>;
  return (
    <span className="flex flex-wrap gap-x-3">
      {errors > 0 ? <LintMark severity="error">{plural(errors, 'error')}</LintMark> : null}
      {warnings > 0 ? <LintMark severity="warning">{plural(warnings, 'warning')}</LintMark> : null}
    </span>
  );
}
