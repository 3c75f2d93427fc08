import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { IncidentMeasures } from '../../../../src/contract/incident-measures.ts';
import { toQuery } from '../../api/list-query.ts';
import { getJson } from '../../api/request.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Facets } from '../../components/facets.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { formatSpan } from '../../lib/format-time.ts';
import { plural } from '../../lib/plural.ts';
import { serverNowMs } from '../../lib/server-clock.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const SHOWN_SHIFTS = 5;

const measuresQuery = (days: number) =>
  queryOptions({
    queryKey: ['incidents', 'measures', days],
    queryFn: ({ signal }) => {
      const from = new Date(serverNowMs() - days * DAY_MS).toISOString();
      return getJson<IncidentMeasures>(`/api/v1/incidents/measures${toQuery({ from })}`, signal);
    },
  });

/** How fast incidents are answered and ended, and who is woken by them. */
export function MeasuresPage(): ReactNode {
  const { days = USUAL_DAYS } = useSearch({ from: '/app/incidents/measures' });
  const query = useQuery(measuresQuery(days));
  return (
    <>
      <PageHeader
        title="Measures"
        documentTitle="Measures of incidents"
        above={
          <Link to="/incidents" className="hover:underline">
            Incidents
          </Link>
        }
      />
      <div className="mb-3">
        <Facets
          label="Time"
          options={[7, 30, 90, 365].map((each) => ({
            value: String(each),
            label: each === 365 ? 'A year' : `${each} days`,
          }))}
          current={String(days)}
          toSearch={(value) => (Number(value) === USUAL_DAYS ? {} : { days: Number(value) })}
        />
      </div>
      {query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data ? (
        <Measures measures={query.data} />
      ) : query.error ? null : (
        <SkeletonRows rows={8} what="the measures" />
      )}
    </>
  );
}

function Measures({ measures }: { measures: IncidentMeasures }) {
  const { all } = measures;
  return (
    <>
      <FactStrip
        facts={[
          { label: 'Incidents', value: `${all.incidents}, ${all.open} open` },
          { label: 'To acknowledge, on average (MTTA)', value: span(all.toAcknowledge.meanMs) },
          { label: 'To resolve, on average (MTTR)', value: span(all.toResolve.meanMs) },
          { label: 'Answered in time', value: share(all.response) },
          { label: 'Resolved in time', value: share(all.resolution) },
        ]}
      />
      <section aria-labelledby="by-severity" className="mb-6">
        <h2 id="by-severity" className="mb-1 text-lead">
          By severity
        </h2>
        <Table
          words={1}
          head={['Severity', 'Incidents', 'MTTA', 'MTTR', 'Answered in time', 'Resolved in time']}
          empty="No incident was opened in this time."
          rows={measures.bySeverity.map((each) => ({
            key: `${each.scheme} ${each.rank}`,
            cells: [
              <SeverityMark key="severity" rank={each.rank} label={each.label} />,
              each.incidents,
              span(each.toAcknowledge.meanMs),
              span(each.toResolve.meanMs),
              share(each.response),
              share(each.resolution),
            ],
          }))}
        />
      </section>
      <section aria-labelledby="people" className="mb-6">
        <h2 id="people" className="mb-1 text-lead">
          Who was paged
        </h2>
        <Table
          words={1}
          head={['Person', 'Pages', 'Incidents', 'Acknowledged']}
          empty="Nobody was paged in this time."
          rows={measures.people.map(({ name, pages, incidents, acknowledged }) => ({
            key: name,
            cells: [name, pages, incidents, acknowledged],
          }))}
        />
      </section>
      {measures.shifts.map((each) => (
        <section key={each.schedule} aria-label={`Shifts of ${each.schedule}`} className="mb-6">
          <h2 className="text-lead break-anywhere">Shifts of {each.schedule}</h2>
          <p className="mb-1 text-quiet">
            {plural(each.shifts, 'shift')}, {perShift(each.pagesPerShift, 'pages')} and{' '}
            {perShift(each.incidentsPerShift, 'incidents')} in each on average
          </p>
          <Table
            words={2}
            head={['Shift', 'Person', 'Pages', 'Incidents']}
            empty="No shift was paged in."
            rows={each.busiest.slice(0, SHOWN_SHIFTS).map(({ start, user, pages, incidents }) => ({
              key: `${start} ${user}`,
              cells: [<Time key="start" at={start} />, user, pages, incidents],
            }))}
          />
        </section>
      ))}
    </>
  );
}

/** Figures stand under each other; on a phone the table is pushed sideways, not squeezed. */
function Table({
  head,
  words,
  rows,
  empty,
}: {
  head: readonly string[];
  /** So many columns of words come before the figures. */
  words: number;
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
  empty: string;
}) {
  if (rows.length === 0) return <p className="border-t border-line py-2 text-quiet">{empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is pushed sideways must be reachable by keys
    <section tabIndex={0} aria-label={head.join(', ')} className="overflow-x-auto">
      <table className="w-full">
        <thead>
          <tr className="border-b border-line text-left text-small text-quiet">
            {head.map((title, index) => (
              <th
                key={title}
                scope="col"
                className={`py-1.5 pr-4 font-normal whitespace-nowrap ${index >= words ? 'text-right' : ''}`}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key} className="h-9 border-b border-line">
              {cells.map((cell, index) => (
                <td
                  key={head[index]}
                  className={`py-1.5 pr-4 ${index >= words ? 'text-right whitespace-nowrap' : 'break-anywhere'}`}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const span = (ms: number | null) => (ms === null ? 'not yet' : formatSpan(ms));

/** `92 % (23 of 25)`; nothing where no time is promised. */
function share({ attained, missed, ratio }: IncidentMeasures['all']['response']): string {
  if (ratio === null) return 'no time promised';
  return `${Math.round(ratio * 100)} % (${attained} of ${attained + missed})`;
}

const perShift = (count: number | null, what: string) =>
  `${count === null ? 'no' : count.toFixed(1).replace('.0', '')} ${what}`;
