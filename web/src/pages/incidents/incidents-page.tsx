import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import type { IncidentSummary } from '../../../../src/contract/incident.ts';
import { incidentList } from '../../api/queries.ts';
import { buttonClasses } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facets } from '../../components/facets.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { useSession } from '../../lib/use-session.ts';
import { INCIDENT_STATES } from '../../lib/words.ts';
import { ownerOf } from '../incident/next-step.ts';

const VIEWS = [
  { value: 'open', label: 'Open' },
  { value: 'over', label: 'Over' },
  { value: 'all', label: 'All' },
] as const;

const COLUMNS: readonly Column<IncidentSummary>[] = [
  {
    title: 'Severity',
    className: 'sm:w-px whitespace-nowrap',
    cell: ({ severity }) => <SeverityMark rank={severity.rank} label={severity.label} />,
  },
  {
    title: 'Title',
    phone: 'first',
    cell: (incident) => (
      <Link
        data-row
        to="/incidents/$id"
        params={{ id: incident.id }}
        className="font-semibold break-anywhere hover:underline"
      >
        {incident.title}
      </Link>
    ),
  },
  {
    title: 'Status',
    className: 'sm:w-px whitespace-nowrap',
    cell: (incident) => <StateMark state={INCIDENT_STATES[incident.status]} />,
  },
  {
    title: 'Who has it',
    className: 'sm:w-40',
    phone: 'hidden',
    cell: (incident) => {
      const owner = ownerOf(incident);
      return owner ? actorWords(owner) : <span className="text-quiet">nobody</span>;
    },
  },
  {
    title: 'Number',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (incident) => <span className="code-face">{incident.number}</span>,
  },
  {
    title: 'Opened',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (incident) => <Time at={incident.openedAt} />,
  },
];

export function IncidentsPage(): ReactNode {
  const { show = 'open' } = useSearch({ from: '/app/incidents' });
  const { may } = useSession();
  const query = useInfiniteQuery(incidentList(show === 'all' ? {} : { open: show === 'open' }));
  return (
    <>
      <PageHeader
        title="Incidents"
        actions={
          <>
            <Link to="/incidents/measures" className={buttonClasses()}>
              Measures
            </Link>
            {may('operator') ? (
              <Link to="/incidents/new" aria-label="Declare incident" className={buttonClasses()}>
                <Plus aria-hidden="true" size={16} />
                <span>
                  Declare<span className="max-sm:hidden"> incident</span>
                </span>
              </Link>
            ) : null}
          </>
        }
      />
      <div className="mb-2">
        <Facets
          label="Which incidents"
          options={VIEWS}
          current={show}
          toSearch={(value) => (value === 'open' ? {} : { show: value })}
        />
      </div>
      <List
        query={query}
        columns={COLUMNS}
        keyOf={(incident) => incident.id}
        caption="incidents"
        empty={
          <EmptyState
            why={
              show === 'open'
                ? 'No incident is open. One opens by itself when a finding is severe enough, or when somebody declares it.'
                : 'There has been no incident yet.'
            }
          />
        }
      />
    </>
  );
}
