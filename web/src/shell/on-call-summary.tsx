import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PhoneCall } from 'lucide-react';
import { onCallNowQuery } from '../api/on-call-queries.ts';

/** Names that fit beside the search. */
const SHOWN_NAMES = 2;

/** Who is on call, on every page; nothing where no schedule is written down. */
export function OnCallSummary() {
  const schedules = useQuery(onCallNowQuery).data ?? [];
  if (schedules.length === 0) return null;
  const names = [...new Set(schedules.flatMap(({ user }) => (user === null ? [] : [user])))];
  const more = names.length - SHOWN_NAMES;
  const said = names.slice(0, SHOWN_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return (
    <Link
      to="/on-call"
      title={schedules.map(({ schedule, user }) => `${schedule}: ${user ?? 'nobody'}`).join(', ')}
      className="flex min-w-0 items-center gap-1.5 rounded-md px-2 py-1 hover:bg-hover max-sm:hidden"
    >
      <PhoneCall aria-hidden="true" size={14} className="shrink-0 text-quiet" />
      <span className="truncate">
        <span className="text-quiet">On call: </span>
        {said === '' ? <strong className="text-bad">nobody</strong> : said}
      </span>
    </Link>
  );
}
