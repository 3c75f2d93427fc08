import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Role, Session } from '../../../../src/contract/identity.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { Countdown } from '../../components/time.tsx';
import { dropLinkToken } from './link-token.ts';

const SHORTEST_PASSWORD = 12;

/** What a one-time link opens: whom it is for, and the password that person sets. */
export function SetPasswordForm({
  token,
  onSignedIn,
  onGiveUp,
}: {
  token: string;
  onSignedIn: (session: Session) => void;
  onGiveUp: () => void;
}) {
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: ({ signal }) =>
      sendJson<{ name: string; role: Role; expiresAt: string }>('POST', '/api/v1/session/link/inspect', {
        body: { token },
        signal,
      }),
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const begin = useCommand({
    run: () => sendJson<Session>('POST', '/api/v1/session/link', { body: { token, password } }),
    onDone: (session) => {
      dropLinkToken();
      onSignedIn(session);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password.length >= SHORTEST_PASSWORD) begin.mutate(undefined);
  };
  const giveUp = () => {
    dropLinkToken();
    onGiveUp();
  };

  if (link.error) {
    return (
      <div className="flex flex-col gap-4">
        <h1 className="text-title">This link does not work</h1>
        <ErrorPanel error={link.error} />
        <Button onClick={giveUp}>Sign in with a password</Button>
      </div>
    );
  }
  if (!link.data) return <SkeletonRows rows={3} what="the sign-in link" />;
  const tooShort = password.length > 0 && password.length < SHORTEST_PASSWORD;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <h1 className="text-title">Set a password</h1>
      <p>
        For <strong>{link.data.name}</strong>, whose role is {link.data.role}. The link works once; it expires in{' '}
        <Countdown until={link.data.expiresAt} past="no time" />.
      </p>
      {/* Password managers file the password under this name. */}
      <input type="text" name="username" autoComplete="username" value={link.data.name} readOnly hidden />
      <Field
        label="New password"
        help={`At least ${SHORTEST_PASSWORD} characters. A few words in a row are good.`}
        wrong={tooShort ? `${SHORTEST_PASSWORD - password.length} more characters needed.` : null}
      >
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            minLength={SHORTEST_PASSWORD}
            maxLength={256}
            type={shown ? 'text' : 'password'}
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <label className="flex min-h-6 items-center gap-2">
        <input
          type="checkbox"
          checked={shown}
          onChange={(event) => setShown(event.target.checked)}
          className="size-4"
        />
        Show what I type
      </label>
      {begin.error ? <ErrorPanel error={begin.error} /> : null}
      <Button
        type="submit"
        look="primary"
        size="large"
        disabled={password.length < SHORTEST_PASSWORD}
        pending={begin.isPending && 'Signing in…'}
      >
        Set password and sign in
      </Button>
    </form>
  );
}
