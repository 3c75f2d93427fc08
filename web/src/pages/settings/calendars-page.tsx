import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type FormEvent, useState } from 'react';
import type { CalendarFeed, CreatedFeed } from '../../../../src/contract/oncall-api.ts';
import { feedsQuery, schedulesQuery } from '../../api/on-call-queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';
import { useSession } from '../../lib/use-session.ts';
import type { StateWords } from '../../lib/words.ts';
import { OnceShown } from './once-shown.tsx';
import { SettingsNav } from './settings-nav.tsx';

const VALID: StateWords = { word: 'Valid', tone: 'good', shape: 'tick' };
const REVOKED: StateWords = { word: 'Revoked', tone: 'quiet', shape: 'stop' };

/** Secret addresses that calendar programs subscribe to. */
export function CalendarsPage(): ReactNode {
  const { session, may } = useSession();
  const query = useQuery(feedsQuery);
  const [revoking, setRevoking] = useState<CalendarFeed | null>(null);
  const revoke = useCommand({
    run: (id: string) => sendJson('DELETE', `/api/v1/oncall/feeds/${encodeURIComponent(id)}`),
    touches: [['oncall']],
  });
  const mayRevoke = (feed: CalendarFeed) =>
    feed.revokedAt === null && (may('admin') || feed.createdBy === session.actor);
  return (
    <>
      <PageHeader title="Calendar feeds" />
      <SettingsNav />
      <CreateFeed />
      <List
        query={{
          data: query.data ? { pages: [{ items: query.data }] } : undefined,
          error: query.error,
          refetch: query.refetch,
        }}
        columns={[
          ...COLUMNS,
          {
            title: 'Actions',
            className: 'sm:w-px text-right whitespace-nowrap',
            cell: (feed) =>
              mayRevoke(feed) ? (
                <Button onClick={() => setRevoking(feed)} aria-label={`Revoke the calendar of ${feed.name}`}>
                  Revoke…
                </Button>
              ) : null,
          },
        ]}
        keyOf={(feed) => feed.id}
        caption="calendar feeds"
        empty={
          <EmptyState why="No calendar address was made yet. Make one above and subscribe to it in your calendar." />
        }
      />
      {revoking ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setRevoking(null)}
          title={`Revoke a calendar of ${revoking.name}`}
          action="Revoke 1 calendar address"
          pending="Revoking…"
          danger
          onConfirm={() => revoke.mutateAsync(revoking.id)}
        >
          <p>Every calendar that subscribes to this address gets nothing from it any more, for good.</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}

const COLUMNS: readonly Column<CalendarFeed>[] = [
  {
    title: 'Calendar of',
    phone: 'first',
    cell: (feed) => (
      <span className="break-anywhere">
        {feed.about === 'schedule' ? 'Schedule' : 'Person'} <strong>{feed.name}</strong>
      </span>
    ),
  },
  {
    title: 'State',
    className: 'sm:w-px whitespace-nowrap',
    cell: (feed) => <StateMark state={feed.revokedAt ? REVOKED : VALID} />,
  },
  { title: 'Made by', phone: 'hidden', cell: (feed) => actorWords(feed.createdBy) },
  {
    title: 'Made',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (feed) => <Time at={feed.createdAt} />,
  },
];

/** Makes an address; it is shown this once. */
function CreateFeed() {
  const { session } = useSession();
  const schedules = useQuery(schedulesQuery).data ?? [];
  const person = session.userId === null ? null : session.name;
  const [about, setAbout] = useState('');
  const [made, setMade] = useState(0);
  const first = person === null ? (schedules[0] ? `schedule ${schedules[0].name}` : '') : `user ${person}`;
  const [kind = '', name = ''] = (about || first).split(' ');
  const body = { [kind]: name };
  const idempotencyKey = useIdempotencyKey({ body, made });
  const create = useCommand({
    run: () => sendJson<CreatedFeed>('POST', '/api/v1/oncall/feeds', { body, idempotencyKey }),
    touches: [['oncall']],
    onDone: () => setMade(made + 1),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(undefined);
  };
  return (
    <>
      <form onSubmit={submit} aria-label="Make a calendar address" className="mb-4 flex flex-wrap items-end gap-3">
        <div className="min-w-0 basis-64 max-sm:w-full">
          <SelectField
            label="Calendar of"
            value={about || first}
            options={[
              ...(person === null ? [] : [{ value: `user ${person}`, label: `your shifts (${person})` }]),
              ...schedules.map(({ name }) => ({ value: `schedule ${name}`, label: `schedule ${name}` })),
            ]}
            onChange={setAbout}
          />
        </div>
        <Button
          type="submit"
          look="primary"
          className="min-h-9"
          disabled={name === ''}
          pending={create.isPending && 'Making…'}
        >
          Make 1 calendar address
        </Button>
      </form>
      {create.error ? <ErrorPanel error={create.error} /> : null}
      {create.data ? (
        <OnceShown
          title={`Subscribe to this address in your calendar. It is shown only now; whoever knows it can read the shifts of ${create.data.feed.name}.`}
          secret={create.data.url}
          what="address"
          onHide={() => create.reset()}
        />
      ) : null}
    </>
  );
}
