import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { Finding } from '../../../../src/contract/finding.ts';
import { findingList } from '../../api/queries.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facets } from '../../components/facets.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { isTyping } from '../../components/use-list-keys.ts';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { FINDING_KINDS, FINDING_STATES } from '../../lib/words.ts';
import { FINDING_VIEWS } from '../../search-params.ts';
import { MuteDialog } from './mute-dialog.tsx';

const VIEWS = FINDING_VIEWS.map((value) => ({
  value,
  label: value === 'all' ? 'All' : FINDING_STATES[value].word,
}));
const RANKS = [
  { value: '4', label: 'Any severity' },
  { value: '2', label: 'High or worse' },
  { value: '1', label: 'Critical' },
] as const;

const EMPTY: Record<string, string> = {
  open: 'Nothing strays: no finding is open. They come from probes that fail and detectors that notice.',
  muted: 'No finding is muted. Muting keeps a known one from opening incidents.',
  accepted: 'No finding is accepted as it is.',
};

/** Everything that strayed, in one list. */
export function FindingsPage(): ReactNode {
  const search = useSearch({ from: '/app/findings' });
  const { show = 'open', rank } = search;
  const { may } = useSession();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [muting, setMuting] = useState(false);
  const query = useInfiniteQuery(
    findingList({ ...(show === 'all' ? {} : { status: show }), ...(rank ? { severity: rank } : {}) }),
  );
  const canMute = may('operator') && show === 'open';
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  useChooseKey(canMute ? toggle : null);
  const found = query.data?.pages.flatMap((page) => page.items) ?? [];
  const mutable = found.filter((finding) => chosen.has(finding.id));

  return (
    <>
      <PageHeader
        title="Findings"
        actions={
          mutable.length > 0 ? (
            <Button onClick={() => setMuting(true)}>Mute {plural(mutable.length, 'finding')}…</Button>
          ) : null
        }
      />
      <div className="mb-2 flex flex-wrap justify-between gap-2">
        <Facets
          label="Which findings"
          options={VIEWS}
          current={show}
          toSearch={(value) => ({ ...search, show: value === 'open' ? undefined : value })}
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
        columns={canMute ? [chooseColumn(chosen, toggle), ...COLUMNS] : COLUMNS}
        keyOf={(finding) => finding.id}
        caption="findings"
        rowState={(finding) => (chosen.has(finding.id) ? 'selected' : null)}
        empty={<EmptyState why={EMPTY[show] ?? 'There is no such finding.'} />}
      />
      <MuteDialog
        findings={mutable}
        open={muting}
        onOpenChange={(open) => {
          setMuting(open);
          if (!open) setChosen(new Set());
        }}
      />
    </>
  );
}

const COLUMNS: readonly Column<Finding>[] = [
  {
    title: 'Severity',
    className: 'sm:w-px whitespace-nowrap',
    cell: (finding) => <SeverityMark rank={finding.severity} />,
  },
  {
    title: 'Title',
    phone: 'first',
    cell: (finding) => (
      <Link
        data-row
        data-id={finding.id}
        to="/findings/$id"
        params={{ id: finding.id }}
        className="font-semibold break-anywhere hover:underline"
      >
        {finding.title}
      </Link>
    ),
  },
  {
    title: 'Kind',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (finding) => FINDING_KINDS[finding.kind],
  },
  {
    title: 'Status',
    className: 'sm:w-px whitespace-nowrap',
    cell: (finding) => <StateMark state={FINDING_STATES[finding.status]} />,
  },
  {
    title: 'Incident',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (finding) =>
      finding.incidentId ? (
        <Link to="/incidents/$id" params={{ id: finding.incidentId }} className="link">
          See incident
        </Link>
      ) : (
        <span className="text-quiet">none</span>
      ),
  },
  {
    title: 'Seen',
    className: 'sm:w-px text-right whitespace-nowrap',
    phone: 'hidden',
    cell: (finding) => plural(finding.occurrences, 'time'),
  },
  {
    title: 'Last seen',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (finding) => <Time at={finding.lastSeenAt} />,
  },
];

function chooseColumn(chosen: ReadonlySet<string>, toggle: (id: string) => void): Column<Finding> {
  return {
    title: 'Choose',
    className: 'sm:w-px',
    phone: 'hidden',
    cell: (finding) => (
      <input
        type="checkbox"
        aria-label={`Choose ${finding.title}`}
        className="block size-4"
        checked={chosen.has(finding.id)}
        onChange={() => toggle(finding.id)}
      />
    ),
  };
}

/** `x` chooses the row that has the focus. */
function useChooseKey(toggle: ((id: string) => void) | null): void {
  useEffect(() => {
    if (!toggle) return;
    const onKey = (event: KeyboardEvent) => {
      const id = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['id'] : undefined;
      if (event.key === 'x' && id !== undefined && !isTyping(event)) toggle(id);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [toggle]);
}
