import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Anomaly } from '../../../../src/contract/anomaly.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facets } from '../../components/facets.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { ANOMALY_VIEWS } from '../../search-params.ts';
import { anomalyList } from './anomaly-queries.ts';
import { FEEDBACK_STATES, oneIn } from './anomaly-words.ts';

const VIEWS = ANOMALY_VIEWS.map((value) => ({
  value,
  label: value === 'all' ? 'All' : FEEDBACK_STATES[value].word,
}));
const RANKS = [
  { value: '4', label: 'Any severity' },
  { value: '2', label: 'High or worse' },
  { value: '1', label: 'Critical' },
] as const;

const EMPTY: Record<(typeof ANOMALY_VIEWS)[number], string> = {
  all: 'Nothing was unlike its stream’s past. Anomalies come from telemetry that is sent here; try it on a file:',
  none: 'Nothing waits to be looked at.',
  normal: 'No anomaly was called normal.',
  confirmed: 'No anomaly was confirmed.',
};

/** What was unlike a stream's past, newest first. */
export function AnomaliesPage(): ReactNode {
  const search = useSearch({ from: '/app/anomalies' });
  const { show = 'all', rank } = search;
  const query = useInfiniteQuery(
    anomalyList({ ...(show === 'all' ? {} : { feedback: show }), ...(rank ? { severity: rank } : {}) }),
  );
  return (
    <>
      <PageHeader title="Anomalies" />
      <div className="mb-2 flex flex-wrap justify-between gap-2">
        <Facets
          label="Which anomalies"
          options={VIEWS}
          current={show}
          toSearch={(value) => ({ ...search, show: value === 'all' ? undefined : value })}
        />
        <Facets
          label="How severe"
          options={RANKS}
          current={String(rank ?? 4) as '1' | '2' | '4'}
          toSearch={(value) => ({ ...search, rank: value === '4' ? undefined : Number(value) })}
        />
      </div>
      <List
        query={query}
        columns={ANOMALY_COLUMNS}
        keyOf={(anomaly) => anomaly.id}
        caption="anomalies"
        empty={
          show === 'all' && rank === undefined ? (
            <EmptyState why={EMPTY.all} command="npx holdfast scan app.log" />
          ) : (
            <EmptyState why={rank === undefined ? EMPTY[show] : 'There is no such anomaly.'} />
          )
        }
      />
    </>
  );
}

export const ANOMALY_COLUMNS: readonly Column<Anomaly>[] = [
  {
    title: 'Severity',
    className: 'sm:w-px whitespace-nowrap',
    cell: (anomaly) => <SeverityMark rank={anomaly.severity} />,
  },
  {
    title: 'What',
    phone: 'first',
    cell: (anomaly) => (
      <Link
        data-row
        to="/anomalies/$id"
        params={{ id: anomaly.id }}
        className="line-clamp-2 font-semibold break-anywhere hover:underline"
      >
        {anomaly.summary}
      </Link>
    ),
  },
  {
    title: 'Stream',
    className: 'sm:w-px whitespace-nowrap',
    cell: (anomaly) => (
      <Link to="/streams/$id" params={{ id: anomaly.streamId }} className="hover:underline">
        {anomaly.service} <span className="text-quiet">{anomaly.streamKind}</span>
      </Link>
    ),
  },
  {
    title: 'How rare',
    className: 'sm:w-px text-right whitespace-nowrap',
    phone: 'hidden',
    cell: (anomaly) => oneIn(anomaly.p),
  },
  {
    title: 'Judged',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (anomaly) => <StateMark state={FEEDBACK_STATES[anomaly.feedback?.verdict ?? 'none']} />,
  },
  {
    title: 'When',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (anomaly) => <Time at={anomaly.at} />,
  },
];
