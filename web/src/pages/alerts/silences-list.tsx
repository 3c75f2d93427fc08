import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { type Column, List } from '../../components/list.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { useSession } from '../../lib/use-session.ts';
import type { StateWords } from '../../lib/words.ts';
import { type Silence, silencesQuery } from './alert-queries.ts';
import { showMatcher } from './matcher-text.ts';
import { SilenceDialog } from './silence-dialog.tsx';

const STATES: Record<Silence['status']['state'], StateWords> = {
  active: { word: 'Active', tone: 'ask', shape: 'mute' },
  pending: { word: 'To come', tone: 'quiet', shape: 'ring' },
  expired: { word: 'Over', tone: 'quiet', shape: 'tick' },
};

/** Silences: those that hold, those to come, those that are over. */
export function SilencesList() {
  const { may } = useSession();
  const query = useQuery(silencesQuery);
  const [ending, setEnding] = useState<Silence | null>(null);
  const [again, setAgain] = useState<Silence | null>(null);
  const end = useCommand({
    run: (silence: Silence) => sendJson('DELETE', `/api/v2/silence/${silence.id}`),
    touches: [['alerts']],
  });
  const columns: Column<Silence>[] = [
    {
      title: 'State',
      className: 'sm:w-px whitespace-nowrap',
      cell: (silence) => <StateMark state={STATES[silence.status.state]} />,
    },
    {
      title: 'Alerts that match',
      phone: 'first',
      cell: (silence) => (
        <span className="code-face break-anywhere">{silence.matchers.map(showMatcher).join(', ')}</span>
      ),
    },
    { title: 'Why', phone: 'second', cell: (silence) => <span className="break-anywhere">{silence.comment}</span> },
    { title: 'By', className: 'sm:w-px whitespace-nowrap', cell: (silence) => silence.createdBy },
    {
      title: 'Until',
      className: 'sm:w-px whitespace-nowrap',
      cell: (silence) => <Time at={silence.endsAt} />,
    },
    {
      title: 'What to do',
      className: 'sm:w-px whitespace-nowrap text-right',
      cell: (silence) =>
        !may('operator') ? null : silence.status.state === 'expired' ? (
          <Button look="quiet" onClick={() => setAgain(silence)}>
            Silence again…
          </Button>
        ) : (
          <Button look="quiet" onClick={() => setEnding(silence)}>
            End…
          </Button>
        ),
    },
  ];
  return (
    <>
      <List
        query={{
          data: query.data ? { pages: [{ items: query.data }] } : undefined,
          error: query.error,
          refetch: query.refetch,
        }}
        columns={columns}
        keyOf={(silence) => silence.id}
        caption="silences"
        empty={<EmptyState why="Nothing is silenced. A silence tells nobody of alerts that match it, for a while." />}
      />
      {ending ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setEnding(null)}
          title="End the silence"
          action="End it now"
          pending="Ending…"
          onConfirm={() => end.mutateAsync(ending)}
        >
          <p>
            Alerts that match <span className="code-face">{ending.matchers.map(showMatcher).join(', ')}</span> are told
            again from the next tick of their group.
          </p>
        </ConfirmDialog>
      ) : null}
      {again ? <SilenceDialog matchers={again.matchers.map(showMatcher)} onClose={() => setAgain(null)} /> : null}
    </>
  );
}
