import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Incident, TimelineEntry } from '../../../../src/contract/incident.ts';
import { timelineQuery } from '../../api/queries.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateIcon } from '../../components/state-mark.tsx';
import { ClockTime, Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { formatDate, formatSpan } from '../../lib/format-time.ts';
import { useSession } from '../../lib/use-session.ts';
import { entryState } from './entry-state.ts';
import { NoteComposer } from './note-composer.tsx';

/** An entry written down so much later than it happened says so. */
const LATE_MS = 60_000;
/** A long incident has thousands of entries; the newest are what is looked for. */
const ENTRIES_AT_ONCE = 200;

/** Everything that happened, newest first, and the place to add to it. */
export function IncidentTimeline({ incident }: { incident: Incident }) {
  const { may } = useSession();
  const query = useQuery(timelineQuery(incident.id));
  const [most, setMost] = useState(ENTRIES_AT_ONCE);
  const newestFirst = (query.data ?? []).toSorted(
    (left, right) => right.at.localeCompare(left.at) || right.seq - left.seq,
  );
  const days = groupByDay(newestFirst.slice(0, most));
  return (
    <section aria-labelledby="timeline" className="min-w-0">
      <h2 id="timeline" className="mb-2 text-lead">
        Timeline
      </h2>
      {may('operator') ? <NoteComposer incidentId={incident.id} /> : null}
      {query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data || query.error ? null : <SkeletonRows rows={5} what="the timeline" />}
      {days.map(({ day, entries }) => (
        <section key={day} aria-label={day} className="mt-3">
          <h3 className="mb-1 text-small font-normal text-quiet">{day}</h3>
          <ol className="border-l border-line">
            {entries.map((entry) => (
              <Entry key={entry.seq} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
      {newestFirst.length > most ? (
        <Button className="mt-3" onClick={() => setMost(most + ENTRIES_AT_ONCE)}>
          Show older of {newestFirst.length} entries
        </Button>
      ) : null}
    </section>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const lateMs = Date.parse(entry.recordedAt) - Date.parse(entry.at);
  const note = entry.kind === 'incident.noted';
  return (
    <li className="relative flex gap-3 py-1.5 pl-5">
      <span className="absolute -left-2 flex h-5 items-center bg-page">
        <StateIcon state={entryState(entry.kind)} />
      </span>
      <ClockTime at={entry.at} className="shrink-0 text-quiet" />
      <div className="min-w-0 flex-1">
        <p className={`break-anywhere whitespace-pre-wrap ${note ? 'rounded-md bg-sunken px-2.5 py-1.5' : ''}`}>
          {entry.text}
        </p>
        <p className="flex flex-wrap gap-x-3 text-small text-quiet">
          <span>{actorWords(entry.by)}</span>
          <Time at={entry.at} />
          {lateMs > LATE_MS ? <span>written down {formatSpan(lateMs)} later</span> : null}
          <EntryLink reference={entry.ref} />
        </p>
      </div>
    </li>
  );
}

function EntryLink({ reference }: { reference: string | null }) {
  if (reference?.startsWith('run_')) {
    return (
      <Link to="/runs/$id" params={{ id: reference }} className="link">
        See the run
      </Link>
    );
  }
  if (reference?.startsWith('fnd_')) {
    return (
      <Link to="/findings/$id" params={{ id: reference }} className="link">
        See the finding
      </Link>
    );
  }
  if (reference?.startsWith('inc_')) {
    return (
      <Link to="/incidents/$id" params={{ id: reference }} className="link">
        See the incident
      </Link>
    );
  }
  return null;
}

function groupByDay(entries: readonly TimelineEntry[]): { day: string; entries: TimelineEntry[] }[] {
  const days = Map.groupBy(entries, (entry) => formatDate(entry.at));
  return [...days].map(([day, ofDay]) => ({ day, entries: ofDay }));
}
