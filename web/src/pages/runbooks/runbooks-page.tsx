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
import { FACTS_FOR, type RunbookFacts, useRunbookFacts } from './use-runbook-facts.ts';

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
  const facts = useRunbookFacts(all);
  const allowed = (path: string) => suits(facts.get(path), risk, lint);
  const shown = query.data?.items.filter((runbook) => allowed(runbook.path));
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
      {all.length > FACTS_FOR && (risk !== 'all' || lint !== 'all') ? (
        <p className="mb-2 text-quiet">
          Only the first {FACTS_FOR} of {all.length} runbooks are read for this; the search looks through all of them.
        </p>
      ) : null}
      {words === '' ? (
        <List
          query={{
            data: shown ? { pages: [{ items: shown }] } : undefined,
            error: query.error,
            refetch: query.refetch,
          }}
          columns={[...COLUMNS, ...factColumns(facts)]}
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
        <SearchHits words={words} allowed={allowed} />
      )}
    </>
  );
}

type Wanted = { risk: (typeof RISK_FACETS)[number]; lint: (typeof LINT_FACETS)[number]['value'] };

/** Whether a runbook is of the wanted kind; one of which nothing is known yet is not, once something is wanted. */
function suits(facts: RunbookFacts | undefined, risk: Wanted['risk'], lint: Wanted['lint']): boolean {
  if (risk !== 'all' && facts?.risk !== risk) return false;
  if (lint === 'all') return true;
  if (!facts?.findings) return false;
  if (lint === 'clean') return facts.findings.length === 0;
  return facts.findings.some((finding) => finding.severity === (lint === 'errors' ? 'error' : 'warning'));
}

function factColumns(facts: ReadonlyMap<string, RunbookFacts>): Column<RunbookSummary>[] {
  return [
    {
      title: 'Riskiest',
      className: 'sm:w-px whitespace-nowrap',
      cell: (runbook) => {
        const risk = facts.get(runbook.path)?.risk;
        return risk ? <RiskBadge risk={risk} /> : null;
      },
    },
    {
      title: 'Lint',
      className: 'sm:w-px whitespace-nowrap',
      cell: (runbook) => {
        const findings = facts.get(runbook.path)?.findings;
        if (findings) return <LintCounts findings={findings} />;
        return facts.has(runbook.path) ? <span className="text-quiet">reading…</span> : null;
      },
    },
  ];
}
