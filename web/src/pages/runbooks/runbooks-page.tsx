import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import { type RunbookSummary, runbookListQuery } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facets } from '../../components/facets.tsx';
import { TextInput } from '../../components/field.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { plural } from '../../lib/plural.ts';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { useDelayed } from '../../lib/use-delayed.ts';
import { LintCounts } from './lint-counts.tsx';
import { SearchHits } from './search-hits.tsx';

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
  {
    title: 'Riskiest',
    className: 'sm:w-px whitespace-nowrap',
    cell: (runbook) => (runbook.risk ? <RiskBadge risk={runbook.risk} /> : null),
  },
  {
    title: 'Lint',
    className: 'sm:w-px whitespace-nowrap',
    cell: (runbook) => {
      if (runbook.lint) return <LintCounts counts={runbook.lint} />;
      return runbook.problem === null ? <span className="text-quiet">reading…</span> : null;
    },
  },
];

const TYPING_PAUSE_MS = 300;
const RISK_FACETS = ['all', 'read', 'check', 'change', 'destroy'] as const;
const LINT_FACETS = [
  { value: 'all', label: 'Any lint' },
  { value: 'errors', label: 'With errors' },
  { value: 'warnings', label: 'With warnings' },
  { value: 'clean', label: 'Clean' },
] as const;

export function RunbooksPage(): ReactNode {
  const search = useSearch({ from: '/app/runbooks/' });
  const { q = '', risk = 'all', lint = 'all' } = search;
  const navigate = useNavigate();
  const [typed, setTyped] = useState(q);
  const words = useDelayed(typed.trim(), TYPING_PAUSE_MS);
  useEffect(() => {
    if (words !== q) void navigate({ to: '/runbooks', search: { ...search, q: words || undefined }, replace: true });
  }, [words, q, navigate, search]);
  const query = useQuery(runbookListQuery);
  const all = query.data?.items ?? [];
  const shown = query.data?.items.filter((runbook) => suits(runbook, risk, lint));
  const paths = new Set(shown?.map((runbook) => runbook.path));
  return (
    <>
      <PageHeader title="Runbooks" />
      <div className="mb-2 max-w-md">
        <TextInput
          type="search"
          aria-label="Search the text of all runbooks"
          placeholder="Search the text of all runbooks"
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <div className="mb-3 flex flex-wrap gap-x-6 gap-y-1">
        <Facets
          label="Riskiest step"
          current={risk}
          options={RISK_FACETS.map((value) => ({ value, label: value === 'all' ? 'Any risk' : sentenceCase(value) }))}
          toSearch={(value) => ({ ...search, risk: value === 'all' ? undefined : value })}
        />
        <Facets
          label="Lint"
          current={lint}
          options={LINT_FACETS}
          toSearch={(value) => ({ ...search, lint: value === 'all' ? undefined : value })}
        />
      </div>
      {words === '' ? (
        <List
          query={{
            data: shown ? { pages: [{ items: shown }] } : undefined,
            error: query.error,
            refetch: query.refetch,
          }}
          columns={COLUMNS}
          keyOf={(runbook) => runbook.path}
          caption="runbooks"
          empty={
            all.length > 0 ? (
              <EmptyState why="No runbook is like this." />
            ) : (
              <EmptyState
                why="No folder with runbooks is configured. Any folder of Markdown files will do:"
                command="npx holdfast serve --runbooks ./runbooks"
              />
            )
          }
        />
      ) : (
        <SearchHits words={words} allowed={(path) => paths.has(path)} />
      )}
    </>
  );
}

type Wanted = { risk: (typeof RISK_FACETS)[number]; lint: (typeof LINT_FACETS)[number]['value'] };

/** Whether a runbook is of the wanted kind; one whose findings are not counted yet is not, once some are wanted. */
function suits(runbook: Pick<RunbookSummary, 'risk' | 'lint'>, risk: Wanted['risk'], lint: Wanted['lint']): boolean {
  if (risk !== 'all' && runbook.risk !== risk) return false;
  if (lint === 'all') return true;
  if (runbook.lint === null) return false;
  const { errors, warnings } = runbook.lint;
  if (lint === 'clean') return errors + warnings === 0;
  return (lint === 'errors' ? errors : warnings) > 0;
}
