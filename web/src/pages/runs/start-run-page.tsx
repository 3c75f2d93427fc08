import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { environmentsQuery, incidentQuery, planQuery, runbookListQuery } from '../../api/queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useDelayed } from '../../lib/use-delayed.ts';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';
import { useSession } from '../../lib/use-session.ts';
import { InputFields } from './input-fields.tsx';
import { PlanPreview } from './plan-preview.tsx';
import { StartOptionFields, type StartOptions } from './start-options.tsx';

/** What is typed is planned after this pause. */
const TYPING_PAUSE_MS = 300;

/** Chooses a procedure, gives its inputs, shows what would be done, and starts it. */
export function StartRunPage(): ReactNode {
  const search = useSearch({ from: '/app/runs/new' });
  const navigate = useNavigate();
  const runbooks = useQuery(runbookListQuery);
  const usable = runbooks.data?.items.filter((each) => each.problem === null && each.procedures.length > 0) ?? [];
  const runbook = usable.find((each) => each.path === search.runbook);
  const procedure = runbook?.procedures.find((each) => each.slug === search.procedure) ?? runbook?.procedures[0];
  const { incident, environment, dry } = search;
  const kept = { incident, environment, dry };
  const choose = (change: { runbook?: string; procedure?: string }) =>
    void navigate({ to: '/runs/new', search: { ...kept, ...change }, replace: true });

  return (
    <>
      <PageHeader
        title="Start a run"
        above={
          <Link to="/runs" className="hover:underline">
            Runs
          </Link>
        }
      />
      {runbooks.error ? <ErrorPanel error={runbooks.error} onRetry={() => void runbooks.refetch()} /> : null}
      {runbooks.data ? null : <SkeletonRows rows={4} what="the runbooks" />}
      {runbooks.data && usable.length === 0 ? (
        <EmptyState
          why="There is no runbook that could be run. Point the server at a folder of Markdown files:"
          command="npx holdfast serve --runbooks ./runbooks"
        />
      ) : null}
      {usable.length > 0 ? (
        <div className="mb-4 flex max-w-3xl flex-col gap-4">
          <SelectField
            label="Runbook"
            value={runbook?.path ?? ''}
            none={runbook ? undefined : 'Choose a runbook'}
            options={usable.map((each) => ({ value: each.path, label: `${each.title} (${each.path})` }))}
            onChange={(value) => choose({ runbook: value })}
          />
          {runbook && runbook.procedures.length > 1 ? (
            <SelectField
              label="Procedure"
              value={procedure?.slug ?? ''}
              options={runbook.procedures.map((each) => ({ value: each.slug, label: each.title }))}
              onChange={(value) => choose({ runbook: runbook.path, procedure: value })}
            />
          ) : null}
        </div>
      ) : null}
      {runbook && procedure ? (
        <StartForm
          key={`${runbook.path}#${procedure.slug}`}
          runbook={runbook.path}
          procedure={procedure.slug}
          incidentId={incident ?? null}
          options={{ from: search.from ?? null, environment: environment ?? '', dryRun: dry === 'yes' }}
          onOptions={({ from, environment: place, dryRun }) =>
            void navigate({
              to: '/runs/new',
              search: {
                ...search,
                from: from ?? undefined,
                environment: place === '' ? undefined : place,
                dry: dryRun ? 'yes' : undefined,
              },
              replace: true,
            })
          }
        />
      ) : null}
    </>
  );
}

function StartForm({
  runbook,
  procedure,
  incidentId,
  options,
  onOptions,
}: {
  runbook: string;
  procedure: string;
  incidentId: string | null;
  options: StartOptions;
  onOptions: (options: StartOptions) => void;
}) {
  const { may } = useSession();
  const navigate = useNavigate();
  const [inputs, setInputs] = useState<Record<string, string>>({});
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== ''));
  const planned = useDelayed(given, TYPING_PAUSE_MS);
  const environments = useQuery(environmentsQuery).data?.items;
  const environment = options.environment.trim();
  const at = environments?.some((each) => each.name === environment) ? { environment } : {};
  const plan = useQuery({
    ...planQuery({ runbook, procedure, inputs: planned, ...at }),
    placeholderData: keepPreviousData,
  });
  const blank = useQuery(planQuery({ runbook, procedure, inputs: {} }));
  const incident = useQuery({ ...incidentQuery(incidentId ?? ''), enabled: incidentId !== null }).data;
  const { from, dryRun } = options;
  const body = {
    runbook,
    procedure,
    inputs: given,
    ...(incidentId ? { incidentId } : {}),
    ...(from ? { fromStep: from } : {}),
    ...(dryRun ? { dryRun } : {}),
    ...(environment ? { environment } : {}),
  };
  const idempotencyKey = useIdempotencyKey(body);
  const start = useCommand({
    run: () => sendJson<Run>('POST', '/api/v1/runs', { body, idempotencyKey }),
    touches: [['runs'], ['incidents']],
    onDone: (run) => void navigate({ to: '/runs/$id', params: { id: run.id } }),
  });
  const shape = blank.data ?? plan.data;
  if (!shape) {
    return blank.error ? (
      <ErrorPanel error={blank.error} onRetry={() => void blank.refetch()} />
    ) : (
      <SkeletonRows rows={5} what="the plan" />
    );
  }
  const missing = plan.data?.missingInputs ?? [];
  const settled = JSON.stringify(planned) === JSON.stringify(given) && !plan.isFetching;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate(undefined);
      }}
      className="max-w-4xl"
    >
      <InputFields shape={shape} values={inputs} onChange={(name, value) => setInputs({ ...inputs, [name]: value })} />
      <StartOptionFields plan={shape} environments={environments} options={options} onChange={onOptions} />
      {plan.error ? <ErrorPanel error={plan.error} /> : null}
      {plan.data ? <PlanPreview plan={plan.data} options={options} /> : null}
      {start.error ? <ErrorPanel error={start.error} /> : null}
      <div className="mt-4 flex flex-wrap items-center gap-3">
        <Button
          type="submit"
          look="primary"
          disabled={!may('operator') || missing.length > 0 || plan.error !== null || !settled}
          pending={start.isPending && 'Starting…'}
        >
          {dryRun ? 'Start dry run of' : 'Start run of'} {shape.procedureTitle}
        </Button>
        <p className="text-quiet">
          {may('operator')
            ? missing.length > 0
              ? `Still needed: ${missing.join(', ')}.`
              : incident
                ? `For ${incident.number}: ${incident.title}.`
                : shape.steps.some((step) => step.approvals > 0 || step.risk === 'destroy')
                  ? 'You cannot approve steps of a run that you start yourself, unless nobody else could.'
                  : ''
            : 'An operator, approver or admin starts runs.'}
        </p>
      </div>
    </form>
  );
}
