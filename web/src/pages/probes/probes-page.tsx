import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Probe } from '../../../../src/contract/probe.ts';
import { probeListQuery } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Age, Time } from '../../components/time.tsx';
import { formatDuration } from '../../lib/format-time.ts';
import { PROBE_STATES } from '../../lib/words.ts';

const ORDER: Record<Probe['state'], number> = { failing: 0, unknown: 1, healthy: 2 };
/** Checks bring no event while nothing changes, so the times are looked at again. */
const REFRESH_MS = 5_000;

const COLUMNS: readonly Column<Probe>[] = [
  {
    title: 'State',
    className: 'sm:w-px whitespace-nowrap',
    cell: (probe) => <StateMark state={PROBE_STATES[probe.state]} />,
  },
  {
    title: 'Probe',
    phone: 'first',
    cell: (probe) => (
      <Link
        data-row
        to="/probes/$name"
        params={{ name: probe.name }}
        className="font-semibold break-anywhere hover:underline"
      >
        {probe.name}
      </Link>
    ),
  },
  {
    title: 'Last answer',
    cell: (probe) => <span className="break-anywhere">{probe.lastReason ?? 'none yet'}</span>,
  },
  {
    title: 'Kind',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (probe) => `${probe.kind}, every ${formatDuration(probe.intervalMs)}`,
  },
  {
    title: 'Took',
    className: 'sm:w-px text-right whitespace-nowrap',
    phone: 'hidden',
    cell: (probe) => (probe.lastDurationMs === null ? '' : formatDuration(probe.lastDurationMs)),
  },
  {
    title: 'Since',
    className: 'sm:w-px text-right whitespace-nowrap',
    phone: 'hidden',
    cell: (probe) => (probe.since ? <Age since={probe.since} /> : ''),
  },
  {
    title: 'Checked',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (probe) => (probe.lastCheckedAt ? <Time at={probe.lastCheckedAt} /> : 'never'),
  },
];

export function ProbesPage(): ReactNode {
  const query = useQuery({ ...probeListQuery, refetchInterval: REFRESH_MS });
  const sorted = query.data?.items.toSorted(
    (left, right) => ORDER[left.state] - ORDER[right.state] || left.name.localeCompare(right.name),
  );
  return (
    <>
      <PageHeader title="Probes" />
      <List
        query={{
          data: sorted ? { pages: [{ items: sorted }] } : undefined,
          error: query.error,
          refetch: query.refetch,
        }}
        columns={COLUMNS}
        keyOf={(probe) => probe.name}
        caption="probes"
        empty={
          <EmptyState
            why="Nothing is watched yet. Describe what to ask, how often and how bad its failure is under “probes” in holdfast.yaml, then check the file:"
            command="npx holdfast validate-config"
          />
        }
      />
    </>
  );
}
