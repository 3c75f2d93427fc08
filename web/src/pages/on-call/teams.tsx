import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { teamsQuery } from '../../api/on-call-queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useListKeys } from '../../components/use-list-keys.ts';

/** Who belongs together, and as what. */
export function Teams() {
  useListKeys();
  const teams = useQuery(teamsQuery);
  if (!teams.data) {
    return teams.error ? (
      <ErrorPanel error={teams.error} onRetry={() => void teams.refetch()} />
    ) : (
      <SkeletonRows rows={4} what="the teams" />
    );
  }
  if (teams.data.length === 0) {
    return <EmptyState why="No team is written down: policies that address a role find nobody." />;
  }
  return (
    <ul className="border-t border-line">
      {teams.data.map(({ name, spec }) => (
        <li key={name} className="border-b border-line py-2 focus-within:bg-hover">
          <Link
            data-row
            to="/on-call/teams/$name"
            params={{ name }}
            className="font-semibold break-anywhere hover:underline max-sm:inline-block max-sm:py-1.5"
          >
            {name}
          </Link>
          <p className="text-quiet break-anywhere">
            {[spec.description, spec.schedule ? `on call by ${spec.schedule}` : 'no schedule']
              .filter(Boolean)
              .join(' · ')}
          </p>
          <ul className="flex flex-wrap gap-x-4">
            {spec.members.map(({ user, roles }) => (
              <li key={user} className="break-anywhere">
                {user} {roles.length > 0 ? <span className="text-quiet">({roles.join(', ')})</span> : null}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
