import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { PolicyPreview } from '../../../../src/contract/escalation.ts';
import type { EscalationRoute, PolicySpec } from '../../../../src/contract/oncall.ts';
import { type Definition, policyPreviewQuery, teamsQuery } from '../../api/on-call-queries.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Facets } from '../../components/facets.tsx';
import { optionsOfNames, SelectField } from '../../components/select-field.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { CAUSE_WORDS, listWords } from '../../lib/escalation-words.ts';
import { formatDuration } from '../../lib/format-time.ts';
import { RANK_WORDS } from '../../lib/words.ts';

const RANKS = [1, 2, 3, 4] as const;

/** Whom a policy would tell of an incident that opened now and that nobody answered. Nobody is told by looking. */
export function PolicyPreviewView({
  policy,
  routes,
}: {
  policy: Definition<PolicySpec>;
  routes: readonly EscalationRoute[];
}) {
  const search = useSearch({ from: '/app/on-call' });
  const navigate = useNavigate();
  const teams = useQuery(teamsQuery).data ?? [];
  const rank = RANKS.find((each) => each === search.rank) ?? 1;
  const team = search.team ?? routes.find((route) => route.policy === policy.name)?.team;
  const query = useQuery(policyPreviewQuery(policy.name, { severity: rank, team }));
  return (
    <section aria-label={`What ${policy.name} would do`} className="mb-3 rounded-md bg-sunken px-3 py-2.5">
      <div className="mb-2 flex flex-wrap items-end gap-x-6 gap-y-2">
        <Facets
          label="Rank"
          options={RANKS.map((each) => ({ value: String(each), label: `${each} ${RANK_WORDS[each]}` }))}
          current={String(rank)}
          toSearch={(value) => ({ ...search, policy: policy.name, rank: value === '1' ? undefined : Number(value) })}
        />
        {teams.length > 0 ? (
          <SelectField
            label="Team whose roles it means"
            value={team ?? ''}
            none={team === undefined ? 'no team' : 'the team of its route'}
            options={optionsOfNames(teams)}
            onChange={(value) =>
              void navigate({
                to: '/on-call',
                search: { ...search, policy: policy.name, team: value || undefined },
                replace: true,
              })
            }
          />
        ) : null}
      </div>
      {query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data ? (
        <>
          <p className="font-semibold">
            An incident of rank {rank} that opened now and that nobody answered would tell:
          </p>
          <PreviewSteps steps={query.data} />
        </>
      ) : query.error ? null : (
        <SkeletonRows rows={policy.spec.steps.length} what="the preview" />
      )}
    </section>
  );
}

function PreviewSteps({ steps }: { steps: readonly PolicyPreview[] }) {
  if (steps.length === 0) return <p className="text-bad">Nobody: no step of it is for this rank.</p>;
  return (
    <ol className="mt-1">
      {steps.map((step) => {
        const told = [...step.users, ...step.channels];
        return (
          <li
            key={`${step.round} ${step.step}`}
            className="grid grid-cols-[9rem_minmax(0,1fr)] gap-x-4 border-line py-1.5 max-sm:grid-cols-1 [&+&]:border-t"
          >
            <span className="font-semibold">
              {step.afterMs <= 0 ? 'at once' : `after ${formatDuration(step.afterMs)}`}
            </span>
            <div className="min-w-0 break-anywhere">
              <p>
                {told.length > 0 ? <strong>{listWords(told)}</strong> : <strong className="text-bad">nobody</strong>}{' '}
                <span className="text-quiet">
                  {step.name}
                  {step.round > 0 ? `, round ${step.round + 1}` : ''}
                  {step.afterMs > 0 ? `, ${CAUSE_WORDS[step.cause].fires}` : ''}
                </span>
              </p>
              {step.missing.map((missing) => (
                <p key={missing} className="text-bad">
                  Missing: {missing}
                </p>
              ))}
              {step.others.map((other) => (
                <p key={other}>Also {other}</p>
              ))}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
