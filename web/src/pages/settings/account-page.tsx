import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type FormEvent, useState } from 'react';
import { healthQuery } from '../../api/queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Time } from '../../components/time.tsx';
import { ROLE_WORDS } from '../../lib/roles.ts';
import { useSession } from '../../lib/use-session.ts';
import { SettingsNav } from './settings-nav.tsx';

const SHORTEST_PASSWORD = 12;

/** Who am I, and my password. */
export function AccountPage(): ReactNode {
  const { session } = useSession();
  const health = useQuery(healthQuery).data;
  return (
    <>
      <PageHeader title="Settings" />
      <SettingsNav />
      <FactStrip
        facts={[
          { label: 'Name', value: session.name },
          { label: 'Role', value: `${session.role}: ${ROLE_WORDS[session.role]}` },
          session.expiresAt ? { label: 'Signed in until', value: <Time at={session.expiresAt} /> } : null,
          health ? { label: 'Holdfast', value: `version ${health.version}` } : null,
        ]}
      />
      {session.by === 'session' ? (
        <PasswordChange />
      ) : (
        <p className="text-quiet">There is no password to change: this session began without one.</p>
      )}
    </>
  );
}

function PasswordChange() {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useCommand({
    run: (body: { current: string; password: string }) => sendJson('PUT', '/api/v1/session/password', { body }),
    onDone: () => {
      setCurrent('');
      setPassword('');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ current, password });
  };
  return (
    <form onSubmit={submit} className="flex max-w-sm flex-col gap-4">
      <h2 className="text-lead">Change password</h2>
      <Field label="Current password">
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        )}
      </Field>
      <Field label="New password" help={`At least ${SHORTEST_PASSWORD} characters. Your other sessions end.`}>
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            type="password"
            minLength={SHORTEST_PASSWORD}
            maxLength={256}
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      {change.error ? <ErrorPanel error={change.error} /> : null}
      {change.isSuccess ? (
        <p role="status" className="font-semibold text-good">
          The password is changed.
        </p>
      ) : null}
      <div>
        <Button
          type="submit"
          look="primary"
          disabled={current === '' || password.length < SHORTEST_PASSWORD}
          pending={change.isPending && 'Changing…'}
        >
          Change password
        </Button>
      </div>
    </form>
  );
}
