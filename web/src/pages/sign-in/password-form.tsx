import { type FormEvent, useState } from 'react';
import type { Session } from '../../../../src/contract/identity.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';

export function PasswordForm({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useCommand({
    run: (body: { name: string; password: string }) => sendJson<Session>('POST', '/api/v1/session', { body }),
    onDone: onSignedIn,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ name: name.trim(), password });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <h1 className="text-title">Sign in</h1>
      <Field label="Name">
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            autoComplete="username"
            autoCapitalize="none"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password">
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      {signIn.error ? <ErrorPanel error={signIn.error} /> : null}
      <Button type="submit" look="primary" size="large" pending={signIn.isPending && 'Signing in…'}>
        Sign in
      </Button>
      <p className="text-quiet">
        No password yet, or forgotten? An administrator makes a one-time link under Settings, Users. The first one is in
        the server’s log.
      </p>
    </form>
  );
}
