import { useState } from 'react';
import type { Role, User } from '../../../../src/contract/identity.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SELECT_CLASSES } from '../../components/field.tsx';
import { randomKey } from '../../lib/random-key.ts';
import { ROLE_WORDS } from '../../lib/roles.ts';
import { useSession } from '../../lib/use-session.ts';
import type { IssuedLink } from './link-shown.tsx';

/** Role, new link, disable and enable: for one user. */
export function UserActions({ user, onLink }: { user: User; onLink: (issued: IssuedLink) => void }) {
  const { session } = useSession();
  const [asking, setAsking] = useState<'disable' | 'link' | null>(null);
  const [wanted, setWanted] = useState<Role | null>(null);
  const change = useCommand({
    run: (body: { role?: Role; disabled?: boolean }) => sendJson<User>('PATCH', `/api/v1/users/${user.id}`, { body }),
    touches: [['users'], ['session']],
  });
  const issue = useCommand({
    run: () => sendJson<IssuedLink>('POST', `/api/v1/users/${user.id}/link`, { idempotencyKey: randomKey() }),
    touches: [['users']],
    onDone: onLink,
  });
  const self = session.userId === user.id;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <select
        aria-label={`Role of ${user.name}`}
        className={`${SELECT_CLASSES} w-auto! h-8!`}
        value={user.role}
        disabled={user.disabled || change.isPending}
        onChange={(event) => setWanted(event.target.value as Role)}
      >
        {Object.keys(ROLE_WORDS).map((role) => (
          <option key={role} value={role}>
            {role}
          </option>
        ))}
      </select>
      {user.disabled ? (
        <Button pending={change.isPending && 'Enabling…'} onClick={() => change.mutate({ disabled: false })}>
          Enable {user.name}
        </Button>
      ) : (
        <>
          <Button pending={issue.isPending && 'Making a link…'} onClick={() => setAsking('link')}>
            New sign-in link…
          </Button>
          {self ? null : <Button onClick={() => setAsking('disable')}>Disable…</Button>}
        </>
      )}
      {change.error ? <ErrorPanel error={change.error} /> : null}
      {issue.error ? <ErrorPanel error={issue.error} /> : null}
      <ConfirmDialog
        open={asking === 'disable'}
        onOpenChange={(open) => open || setAsking(null)}
        title={`Disable ${user.name}`}
        action={`Disable ${user.name}`}
        pending="Disabling…"
        danger
        typed={{ text: user.name, label: 'The name of the user' }}
        onConfirm={() => change.mutateAsync({ disabled: true })}
      >
        <p>{user.name} is signed out everywhere at once and cannot sign in until enabled again.</p>
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'link'}
        onOpenChange={(open) => open || setAsking(null)}
        title={`New sign-in link for ${user.name}`}
        action="Make the link"
        pending="Making the link…"
        onConfirm={() => issue.mutateAsync(undefined)}
      >
        <p>
          Whoever has the link can sign in as {user.name} once and set a new password. Earlier unused links stop
          working; the password of now works until the link is used.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        open={wanted !== null && wanted !== user.role}
        onOpenChange={(open) => open || setWanted(null)}
        title={`Make ${user.name} ${wanted ?? user.role}`}
        action={`Make ${user.name} ${wanted ?? user.role}`}
        pending="Saving…"
        onConfirm={() => (wanted ? change.mutateAsync({ role: wanted }) : Promise.resolve())}
      >
        <p>
          Now {user.role}: {ROLE_WORDS[user.role]}. Then {wanted ?? user.role}: {ROLE_WORDS[wanted ?? user.role]}.
          Counts at once.
        </p>
      </ConfirmDialog>
    </div>
  );
}
