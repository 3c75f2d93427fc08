import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Stream } from '../../../../src/contract/stream.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facets } from '../../components/facets.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { STREAM_VIEWS } from '../../search-params.ts';
import { streamList } from '../anomalies/anomaly-queries.ts';
import { percent, STREAM_STATES } from '../anomalies/anomaly-words.ts';

const VIEWS = STREAM_VIEWS.map((value) => ({
  value,
  label: value === 'all' ? 'All' : `${value[0]!.toUpperCase()}${value.slice(1)}`,
}));

/** Everything telemetry is sent of. */
export function StreamsPage(): ReactNode {
  const search = useSearch({ from: '/app/streams' });
  const { show = 'all' } = search;
  const query = useInfiniteQuery(streamList(show === 'all' ? {} : { kind: show }));
  return (
    <>
      <PageHeader title="Streams" />
      <div className="mb-2">
        <Facets
          label="Which streams"
          options={VIEWS}
          current={show}
          toSearch={(value) => ({ show: value === 'all' ? undefined : value })}
        />
      </div>
      <List
        query={query}
        columns={COLUMNS}
        keyOf={(stream) => stream.id}
        caption="streams"
        empty={
          <EmptyState
            why="Nothing is sent here yet. Point an OpenTelemetry exporter at this server; a stream begins with the first record of a service:"
            command={`OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}`}
          />
        }
      />
    </>
  );
}

const COLUMNS: readonly Column<Stream>[] = [
  {
    title: 'State',
    className: 'sm:w-px whitespace-nowrap',
    cell: (stream) => (
      <span className="flex items-center gap-2">
        <StateMark state={STREAM_STATES[stream.state]} />
        {stream.state === 'warming' ? (
          <span className="text-quiet">
            {stream.warming.seen} of {stream.warming.needed}
          </span>
        ) : null}
      </span>
    ),
  },
  {
    title: 'Service',
    phone: 'first',
    cell: (stream) => (
      <Link
        data-row
        to="/streams/$id"
        params={{ id: stream.id }}
        className="font-semibold break-anywhere hover:underline"
      >
        {stream.service}
      </Link>
    ),
  },
  { title: 'Kind', className: 'sm:w-px whitespace-nowrap', cell: (stream) => stream.kind },
  {
    title: 'Events, last day',
    className: 'sm:w-px text-right whitespace-nowrap',
    phone: 'hidden',
    cell: (stream) => stream.lastDay.events.toLocaleString('en'),
  },
  {
    title: 'Anomalies',
    className: 'sm:w-px text-right whitespace-nowrap',
    cell: (stream) => stream.lastDay.anomalies.toLocaleString('en'),
  },
  {
    title: 'Share',
    className: 'sm:w-px text-right whitespace-nowrap',
    phone: 'hidden',
    cell: (stream) => (stream.lastDay.events === 0 ? '' : percent(stream.lastDay.anomalies / stream.lastDay.events)),
  },
  {
    title: 'Last',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (stream) => <Time at={stream.lastAt} />,
  },
];
