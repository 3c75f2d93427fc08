import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { calendarsQuery, teamsQuery } from '../../api/on-call-queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useListKeys } from '../../components/use-list-keys.ts';
import { plural } from '../../lib/plural.ts';
import { NEW } from './editing/definition-editor.tsx';

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
  return (
    <>
      {teams.data.length === 0 ? (
        <EmptyState why="No team is written down: policies that address a role find nobody." />
      ) : null}
      <ul className="border-t border-line empty:hidden">
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
      <Calendars />
    </>
  );
}

/** Whose working hours "next business day" means. */
function Calendars() {
  const calendars = useQuery(calendarsQuery);
  return (
    <section aria-labelledby="calendars" className="mt-5">
      <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="calendars" className="text-lead">
          Business calendars
        </h2>
        <Link to="/on-call/calendars/$name" params={{ name: NEW }} className="link max-sm:py-1.5">
          New calendar
        </Link>
      </div>
      {calendars.error ? <ErrorPanel error={calendars.error} onRetry={() => void calendars.refetch()} /> : null}
      {calendars.data?.length === 0 ? (
        <p className="text-quiet">None is written down: Monday to Friday from 09:00 to 17:00 count.</p>
      ) : null}
      <ul className="border-t border-line empty:hidden">
        {(calendars.data ?? []).map(({ name, spec }) => (
          <li key={name} className="border-b border-line py-2 break-anywhere">
            <Link
              to="/on-call/calendars/$name"
              params={{ name }}
              className="font-semibold hover:underline max-sm:inline-block max-sm:py-1.5"
            >
              {name}
            </Link>{' '}
            <span className="text-quiet">
              {spec.timezone}, {plural(spec.holidays.length, 'holiday')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
