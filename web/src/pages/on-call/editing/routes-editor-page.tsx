import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { SeverityRank } from '../../../../../src/contract/common.ts';
import type { EscalationRoute } from '../../../../../src/contract/oncall.ts';
import { policiesQuery, severitySchemesQuery, teamsQuery } from '../../../api/on-call-queries.ts';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { Field, TextInput } from '../../../components/field.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { SelectField } from '../../../components/select-field.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { BackToOnCall, EditingForm, useEdited } from './editing-form.tsx';
import { RowsEditor } from './rows-editor.tsx';

const PATH = '/api/v1/oncall/routes';
const RANKS: readonly SeverityRank[] = [1, 2, 3, 4];

/** A route while it is typed: labels are text. */
type Row = { severities: readonly SeverityRank[]; labels: string; policy: string; team: string; scheme: string };

/** Which incidents go by which policy, in a form. Written whole, and never over somebody else's change. */
export function RoutesEditorPage(): ReactNode {
  const query = useEdited<{ routes: EscalationRoute[] }>(PATH);
  return (
    <>
      <PageHeader title="Which incidents go where" above={<BackToOnCall view="policies" />} />
      {query.data ? (
        <RoutesForm key={query.data.etag} routes={query.data.body.routes} etag={query.data.etag} />
      ) : query.error ? (
        <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SkeletonRows rows={6} what="the routes" />
      )}
    </>
  );
}

function RoutesForm({ routes, etag }: { routes: readonly EscalationRoute[]; etag: string | null }) {
  const [rows, setRows] = useState<readonly Row[]>(routes.map(toRow));
  const policies = useQuery(policiesQuery).data ?? [];
  return (
    <EditingForm
      path={PATH}
      etag={etag}
      body={() => ({ routes: rows.map(toRoute) })}
      view="policies"
      save="Save routes"
      leave="Leave them as they were"
    >
      <RowsEditor
        legend="Routes"
        help="The first that fits counts. Where none fits, everybody of the configuration is told once."
        rows={rows}
        onChange={setRows}
        begin={() => ({ severities: [], labels: '', policy: policies[0]?.name ?? '', team: '', scheme: '' })}
        add="Add route"
        nameOf={(_row, index) => `route ${index + 1}`}
        framed
      >
        {(row, change, index) => <RouteFields row={row} index={index} onChange={change} />}
      </RowsEditor>
    </EditingForm>
  );
}

function RouteFields({ row, index, onChange }: { row: Row; index: number; onChange: (row: Row) => void }) {
  const names = {
    policy: (useQuery(policiesQuery).data ?? []).map(({ name }) => name),
    team: (useQuery(teamsQuery).data ?? []).map(({ name }) => name),
    scheme: (useQuery(severitySchemesQuery).data ?? []).map(({ name }) => name),
  };
  const choose = (part: keyof typeof names, label: string, none?: string) => (
    <SelectField
      label={`${label} of route ${index + 1}`}
      required={none === undefined}
      value={row[part]}
      none={none}
      options={[...new Set([...names[part], ...(row[part] === '' ? [] : [row[part]])])].map((name) => ({
        value: name,
        label: name,
      }))}
      onChange={(value) => onChange({ ...row, [part]: value })}
    />
  );
  return (
    <div className="flex flex-col gap-3 pb-2">
      <fieldset className="flex flex-wrap items-center gap-x-3">
        <legend className="mb-1 font-semibold">Ranks</legend>
        {RANKS.map((rank) => (
          <label key={rank} className="flex min-h-8 items-center gap-1 max-sm:min-h-11">
            <input
              type="checkbox"
              className="size-4"
              aria-label={`Rank ${rank}, route ${index + 1}`}
              checked={row.severities.includes(rank)}
              onChange={() =>
                onChange({
                  ...row,
                  severities: RANKS.filter((each) => row.severities.includes(each) !== (each === rank)),
                })
              }
            />
            {rank}
          </label>
        ))}
        <span className="text-quiet">none: every rank</span>
      </fieldset>
      <Field label={`Labels of route ${index + 1}`} help="Such as service=shop, region=eu. None: every incident.">
        {(attributes) => (
          <TextInput
            {...attributes}
            autoCapitalize="none"
            pattern="\s*|\s*[^=,\s]+\s*=[^,]*(,\s*[^=,\s]+\s*=[^,]*)*"
            title="name=value, several with commas"
            value={row.labels}
            onChange={(event) => onChange({ ...row, labels: event.target.value })}
          />
        )}
      </Field>
      <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
        {choose('policy', 'Policy')}
        {choose('team', 'Team', 'none')}
        {choose('scheme', 'Scheme', 'that of the team')}
      </div>
    </div>
  );
}

function toRow({ match, policy, team = '', scheme = '' }: EscalationRoute): Row {
  const labels = Object.entries(match.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return { severities: match.severities ?? [], labels: labels.join(', '), policy, team, scheme };
}

function toRoute({ severities, labels, policy, team, scheme }: Row): EscalationRoute {
  const pairs = labels.split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]];
  });
  return {
    match: {
      ...(severities.length > 0 ? { severities: [...severities] } : {}),
      ...(pairs.length > 0 ? { labels: Object.fromEntries(pairs) } : {}),
    },
    policy,
    ...(team ? { team } : {}),
    ...(scheme ? { scheme } : {}),
  };
}
