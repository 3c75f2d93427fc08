import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { EscalationRoute, PolicySpec } from '../../../../src/contract/oncall.ts';
import { type Definition, escalationRoutesQuery, policiesQuery } from '../../api/on-call-queries.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useListKeys } from '../../components/use-list-keys.ts';
import { plural } from '../../lib/plural.ts';
import { PolicyPreviewView } from './policy-preview.tsx';
import { SeveritySchemes } from './severity-schemes.tsx';

/** Which incidents go by which policy, and what each policy would do right now. */
export function Policies() {
  useListKeys();
  const search = useSearch({ from: '/app/on-call' });
  const policies = useQuery(policiesQuery);
  const routes = useQuery(escalationRoutesQuery);
  const error = policies.error ?? routes.error;
  if (!policies.data || !routes.data) {
    return error ? (
      <ErrorPanel error={error} onRetry={() => void Promise.all([policies.refetch(), routes.refetch()])} />
    ) : (
      <SkeletonRows rows={6} what="the policies" />
    );
  }
  const chosen = search.policy ?? routes.data[0]?.policy ?? policies.data[0]?.name;
  // What is used comes first, then what was written here, then what ships.
  const used = (name: string) => (routes.data.some((route) => route.policy === name) ? 0 : 1);
  const sorted = policies.data.toSorted(
    (left, right) =>
      used(left.name) - used(right.name) ||
      Number(left.version === 0) - Number(right.version === 0) ||
      left.name.localeCompare(right.name),
  );
  return (
    <>
      {error ? <ErrorPanel error={error} /> : null}
      <Routes routes={routes.data} />
      <h2 className="mt-5 mb-1 text-lead">Policies</h2>
      <ul className="border-t border-line">
        {sorted.map((policy) => (
          <li key={policy.name} className="border-b border-line">
            <div className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 py-2 focus-within:bg-hover">
              <Link
                data-row
                to="/on-call"
                search={{ ...search, policy: policy.name, team: undefined }}
                aria-current={policy.name === chosen ? 'true' : undefined}
                className="font-semibold break-anywhere hover:underline aria-[current=true]:text-accent max-sm:py-1.5"
              >
                {policy.name}
              </Link>
              <span className="min-w-0 flex-1 basis-60 text-quiet break-anywhere">
                {describe(policy, used(policy.name) === 0)}
              </span>
              <Link
                to="/on-call/policies/$name"
                params={{ name: policy.name }}
                className="link max-sm:py-1.5"
                aria-label={`Edit ${policy.name}`}
              >
                Edit
              </Link>
            </div>
            {policy.name === chosen ? <PolicyPreviewView policy={policy} routes={routes.data} /> : null}
          </li>
        ))}
      </ul>
      <SeveritySchemes />
    </>
  );
}

function describe(policy: Definition<PolicySpec>, used: boolean): string {
  const parts = [
    plural(policy.spec.steps.length, 'step'),
    policy.version === 0 ? 'ships with Holdfast' : `version ${policy.version}`,
    used ? '' : 'no route leads to it',
    policy.spec.description ?? '',
  ];
  return parts.filter(Boolean).join(' · ');
}

function Routes({ routes }: { routes: readonly EscalationRoute[] }) {
  const search = useSearch({ from: '/app/on-call' });
  return (
    <section aria-labelledby="routes">
      <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="routes" className="text-lead">
          Which incidents go where
        </h2>
        <Link to="/on-call/routes" className="link max-sm:py-1.5">
          Edit routes
        </Link>
      </div>
      {routes.length === 0 ? (
        <p className="text-quiet">
          No route is written down: of every incident everybody of the configuration is told once, and nobody after.
        </p>
      ) : (
        <ol className="list-decimal pl-5">
          {routes.map((route, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: routes are a list in which the place counts
            <li key={index} className="py-0.5 break-anywhere">
              {matchWords(route)} →{' '}
              <Link to="/on-call" search={{ ...search, policy: route.policy, team: route.team }} className="link">
                {route.policy}
              </Link>
              {route.team ? ` for team ${route.team}` : ''}
              {route.scheme ? `, by severity scheme ${route.scheme}` : ''}
            </li>
          ))}
        </ol>
      )}
      {routes.length > 0 ? (
        <p className="text-quiet">
          The first that fits counts. Where none fits, everybody of the configuration is told once.
        </p>
      ) : null}
    </section>
  );
}

function matchWords({ match }: EscalationRoute): string {
  const labels = Object.entries(match.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const ranks = match.severities ? [`rank ${match.severities.join(', ')}`] : [];
  return [...ranks, ...labels].join(' and ') || 'every other incident';
}
