import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AuditEntry } from '../../../../src/contract/identity.ts';
import { auditList } from '../../api/queries.ts';
import { buttonClasses } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { AuditVerdict } from './audit-verdict.tsx';
import { SettingsNav } from './settings-nav.tsx';

/** The record of what happened and by whom, and whether it is whole. */
export function AuditPage(): ReactNode {
  const search = useSearch({ from: '/app/settings/audit' });
  const query = useInfiniteQuery(auditList(search));
  const filtered = search.kind ?? search.actor;
  return (
    <>
      <PageHeader
        title="Audit log"
        actions={
          <a href="/api/v1/audit/export" download className={buttonClasses()}>
            Download the whole log
          </a>
        }
      />
      <SettingsNav />
      <AuditVerdict />
      {filtered ? (
        <p className="mb-2">
          Only {filtered}.{' '}
          <Link to="/settings/audit" search={{}} className="link">
            Show everything
          </Link>
        </p>
      ) : null}
      <List
        query={query}
        columns={COLUMNS}
        keyOf={(entry) => String(entry.seq)}
        caption="entries"
        empty={<EmptyState why="No entry fits." />}
      />
    </>
  );
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    title: 'Entry',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    phone: 'hidden',
    cell: (entry) => entry.seq,
  },
  {
    title: 'What',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'first',
    cell: (entry) => (
      <Link
        to="/settings/audit"
        search={{ kind: entry.kind }}
        className="font-semibold hover:underline"
        title="Only these"
      >
        {entry.kind}
      </Link>
    ),
  },
  {
    title: 'By',
    className: 'sm:w-px whitespace-nowrap',
    cell: (entry) => (
      <Link to="/settings/audit" search={{ actor: entry.actor }} className="hover:underline" title="Only theirs">
        {actorWords(entry.actor)}
      </Link>
    ),
  },
  {
    title: 'About',
    cell: (entry) => (
      <details className="min-w-0">
        <summary className="break-anywhere">{aboutOf(entry)}</summary>
        <pre className="code-face mt-1 mb-2 whitespace-pre-wrap text-quiet break-anywhere">
          {JSON.stringify({ aggregate: entry.aggregate, ...entry.body, hash: entry.hash }, null, 2)}
        </pre>
      </details>
    ),
  },
  {
    title: 'When',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (entry) => <Time at={entry.at} />,
  },
];

/** The few words of an entry's body that a person looks for. */
function aboutOf({ body, aggregate }: AuditEntry): string {
  const words = ['number', 'title', 'name', 'probe', 'text', 'reason', 'detail'].flatMap((field) =>
    typeof body[field] === 'string' && body[field] !== '' ? [body[field]] : [],
  );
  return words.length === 0 ? aggregate : [...new Set(words)].join(' · ');
}
