import { useQuery } from '@tanstack/react-query';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { OnCallProblem } from '../../../../src/contract/oncall-api.ts';
import { onCallProblemsQuery } from '../../api/on-call-queries.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { joinClasses } from '../../components/join-classes.ts';
import { plural } from '../../lib/plural.ts';

/** What would go wrong at night: roles nobody fills, holes in schedules, people who cannot be reached. */
export function OnCallProblems() {
  const query = useQuery(onCallProblemsQuery);
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  const problems = query.data ?? [];
  const errors = gather(problems.filter((problem) => problem.severity === 'error'));
  const warnings = gather(problems.filter((problem) => problem.severity === 'warning'));
  return (
    <>
      <ProblemPanel title={`${plural(errors.length, 'mistake')} in the definitions`} problems={errors} bad />
      <ProblemPanel
        title={`${plural(warnings.length, 'thing')} would go wrong when somebody is paged`}
        problems={warnings}
      />
    </>
  );
}

/** One thing that is wrong, with every place it is wrong at. */
type Told = { message: string; paths: string[] };

function gather(problems: readonly OnCallProblem[]): Told[] {
  const byMessage = Map.groupBy(problems, (problem) => problem.message);
  return [...byMessage].map(([message, all]) => ({ message, paths: all.map((problem) => problem.path) }));
}

/** So many are read at a glance; the others unfold. */
const SHOWN_AT_ONCE = 3;

function ProblemPanel({ title, problems, bad = false }: { title: string; problems: readonly Told[]; bad?: boolean }) {
  if (problems.length === 0) return null;
  const Icon = bad ? CircleAlert : TriangleAlert;
  const rest = problems.slice(SHOWN_AT_ONCE);
  return (
    <section
      aria-label={title}
      className={joinClasses(
        'mb-4 flex gap-2 rounded-md border p-3',
        bad ? 'border-bad bg-bad-soft' : 'border-ask bg-ask-soft',
      )}
    >
      <Icon aria-hidden="true" size={16} className={joinClasses('mt-0.5 shrink-0', bad ? 'text-bad' : 'text-ask')} />
      <div className="min-w-0">
        <h2 className="text-body">{title}</h2>
        <ProblemLines problems={problems.slice(0, SHOWN_AT_ONCE)} />
        {rest.length > 0 ? (
          <details>
            <summary className="w-fit font-semibold max-sm:py-2">{rest.length} more</summary>
            <ProblemLines problems={rest} />
          </details>
        ) : null}
      </div>
    </section>
  );
}

function ProblemLines({ problems }: { problems: readonly Told[] }) {
  return (
    <ul>
      {problems.map((problem) => (
        <li key={problem.message} className="mt-1 break-anywhere">
          {problem.message} <code className="code-face text-quiet">{problem.paths.join(', ')}</code>
        </li>
      ))}
    </ul>
  );
}
