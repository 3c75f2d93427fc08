import { type FormEvent, useState } from 'react';
import type { Role } from '../../../../src/contract/identity.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { ROLE_WORDS } from '../../lib/roles.ts';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';
import type { IssuedLink } from './link-shown.tsx';

/** Makes a user; the answer is a link by which the person sets a password. */
export function InviteUser({ onInvited }: { onInvited: (issued: IssuedLink) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const body = { name: name.trim(), role };
  const idempotencyKey = useIdempotencyKey(body);
  const invite = useCommand({
    run: () => sendJson<IssuedLink>('POST', '/api/v1/users', { body, idempotencyKey }),
    touches: [['users'], ['session']],
    onDone: (issued) => {
      setName('');
      onInvited(issued);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate(undefined);
  };
  return (
    <>
      <form onSubmit={submit} className="mb-4 flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-48 sm:max-w-64">
          <Field label="Name">
            {(attributes) => (
              <TextInput
                {...attributes}
                required
                pattern="[a-z0-9][a-z0-9._@\-]{0,63}"
                title="lower-case letters, digits, dot, dash, underscore or @"
                placeholder="ada"
                autoCapitalize="none"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        </div>
        <SelectField
          label="Role"
          value={role}
          options={Object.keys(ROLE_WORDS).map((each) => ({ value: each, label: each }))}
          onChange={(value) => setRole(value as Role)}
        />
        <Button
          type="submit"
          look="primary"
          className="min-h-9"
          disabled={body.name === ''}
          pending={invite.isPending && 'Inviting…'}
        >
          Invite user
        </Button>
        <p className="basis-full text-quiet">
          {role}: {ROLE_WORDS[role]}.
        </p>
      </form>
      {invite.error ? <ErrorPanel error={invite.error} /> : null}
    </>
  );
}
