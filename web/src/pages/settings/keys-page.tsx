import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { ApiKey } from '../../../../src/contract/identity.ts';
import { keyList } from '../../api/queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { serverNowMs } from '../../lib/server-clock.ts';
import type { StateWords } from '../../lib/words.ts';
import { CreateKey } from './create-key.tsx';
import { OnceShown } from './once-shown.tsx';
import { type RotatedKey, RotateKey } from './rotate-key.tsx';
import { SettingsNav } from './settings-nav.tsx';

const VALID: StateWords = { word: 'Valid', tone: 'good', shape: 'tick' };
const REVOKED: StateWords = { word: 'Revoked', tone: 'quiet', shape: 'stop' };
const EXPIRED: StateWords = { word: 'Expired', tone: 'quiet', shape: 'stop' };

function stateOf(key: ApiKey): StateWords {
  if (key.revokedAt && Date.parse(key.revokedAt) <= serverNowMs()) return REVOKED;
  return key.expiresAt && Date.parse(key.expiresAt) <= serverNowMs() ? EXPIRED : VALID;
}

/** Keys by which programs act. */
export function KeysPage(): ReactNode {
  const query = useInfiniteQuery(keyList());
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  const [rotated, setRotated] = useState<RotatedKey | null>(null);
  const revoke = useCommand({
    run: (id: string) => sendJson('DELETE', `/api/v1/keys/${id}`),
    touches: [['keys']],
  });
  return (
    <>
      <PageHeader title="API keys" />
      <SettingsNav />
      <CreateKey />
      {rotated ? (
        <OnceShown
          title={`Key ${rotated.key.name} has a new secret. This is the only time it is shown.`}
          secret={rotated.secret}
          what="secret"
          onHide={() => setRotated(null)}
        />
      ) : null}
      <List
        query={query}
        columns={[...COLUMNS, actionsColumn({ onRotate: setRotating, onRevoke: setRevoking })]}
        keyOf={(key) => key.id}
        caption="keys"
        empty={<EmptyState why="No key was made yet. Programs need one to call the API; people sign in instead." />}
      />
      {rotating ? (
        <RotateKey key={rotating.id} apiKey={rotating} onClose={() => setRotating(null)} onRotated={setRotated} />
      ) : null}
      {revoking ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setRevoking(null)}
          title={`Revoke key ${revoking.name}`}
          action={`Revoke ${revoking.name}`}
          pending="Revoking…"
          danger
          typed={{ text: revoking.name, label: 'The name of the key' }}
          onConfirm={() => revoke.mutateAsync(revoking.id)}
        >
          <p>
            Every program that uses {revoking.prefix}… is refused within a second, for good. It was last used{' '}
            {revoking.lastUsedAt ? <Time at={revoking.lastUsedAt} /> : 'never'}.
          </p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}

const COLUMNS: readonly Column<ApiKey>[] = [
  {
    title: 'Name',
    phone: 'first',
    cell: (key) => <span className="font-semibold break-anywhere">{key.name}</span>,
  },
  { title: 'State', className: 'sm:w-px whitespace-nowrap', cell: (key) => <StateMark state={stateOf(key)} /> },
  { title: 'Role', className: 'sm:w-px whitespace-nowrap', cell: (key) => key.role },
  {
    title: 'Begins with',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (key) => <span className="code-face">{key.prefix}…</span>,
  },
  { title: 'Owner', phone: 'hidden', cell: (key) => key.owner ?? 'none: a program' },
  { title: 'Made by', phone: 'hidden', cell: (key) => actorWords(key.createdBy) },
  {
    title: 'Expires',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (key) => (key.expiresAt ? <Time at={key.expiresAt} /> : 'never'),
  },
  {
    title: 'Last used',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (key) => (key.lastUsedAt ? <Time at={key.lastUsedAt} /> : 'never used'),
  },
];

function actionsColumn(on: { onRotate: (key: ApiKey) => void; onRevoke: (key: ApiKey) => void }): Column<ApiKey> {
  return {
    title: 'Actions',
    className: 'sm:w-px text-right whitespace-nowrap',
    cell: (key) =>
      stateOf(key) === VALID ? (
        <span className="inline-flex gap-2">
          <Button onClick={() => on.onRotate(key)}>Rotate…</Button>
          <Button onClick={() => on.onRevoke(key)}>Revoke…</Button>
        </span>
      ) : null,
  };
}
