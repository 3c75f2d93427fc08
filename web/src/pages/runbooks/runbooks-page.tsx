import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useDeferredValue, useState } from 'react';
import { type RunbookSummary, runbookListQuery } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { TextInput } from '../../components/field.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { plural } from '../../lib/plural.ts';

const COLUMNS: readonly Column<RunbookSummary>[] = [
  {
    title: 'Title',
    phone: 'first',
    cell: (runbook) => (
      <Link
        data-row
        to="/runbooks/$"
        params={{ _splat: runbook.path }}
        className="font-semibold break-anywhere hover:underline"
      >
        {runbook.title}
      </Link>
    ),
  },
  {
    title: 'File',
    cell: (runbook) => <span className="code-face text-quiet break-anywhere">{runbook.path}</span>,
  },
  {
    title: 'Procedures',
    className: 'sm:w-px whitespace-nowrap',
    cell: (runbook) =>
      runbook.problem ? (
        <span className="font-semibold whitespace-normal text-bad">{runbook.problem}</span>
      ) : (
        plural(runbook.procedures.length, 'procedure')
      ),
  },
  {
    title: 'Steps',
    className: 'sm:w-px text-right whitespace-nowrap',
    phone: 'hidden',
    cell: (runbook) => runbook.procedures.reduce((sum, procedure) => sum + procedure.steps, 0),
  },
  {
    title: 'Severity',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (runbook) => [...new Set(runbook.procedures.flatMap(({ severity }) => severity ?? []))].sort().join(', '),
  },
];

export function RunbooksPage(): ReactNode {
  const query = useQuery(runbookListQuery);
  const [typed, setTyped] = useState('');
  const wanted = useDeferredValue(typed.trim().toLowerCase());
  const shown = query.data?.items.filter((runbook) =>
    [runbook.title, runbook.path, ...runbook.procedures.map((procedure) => procedure.title)].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  );
  return (
    <>
      <PageHeader title="Runbooks" />
      <div className="mb-3 max-w-sm">
        <TextInput
          type="search"
          aria-label="Filter by title, file or procedure"
          placeholder="Filter by title, file or procedure"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <List
        query={{ data: shown ? { pages: [{ items: shown }] } : undefined, error: query.error, refetch: query.refetch }}
        columns={COLUMNS}
        keyOf={(runbook) => runbook.path}
        caption="runbooks"
        empty={
          wanted ? (
            <EmptyState why={`No runbook has “${typed}” in its title, file or procedures.`} />
          ) : (
            <EmptyState
              why="No folder with runbooks is configured. Any folder of Markdown files will do:"
              command="npx holdfast serve --runbooks ./runbooks"
            />
          )
        }
      />
    </>
  );
}
