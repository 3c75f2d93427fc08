import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ApiKey, KeyRole, User } from '../../../../src/contract/identity.ts';
import type { ListPage } from '../../api/list-query.ts';
import { getJson, sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { optionsOfNames, SelectField } from '../../components/select-field.tsx';
import { KEY_ROLE_WORDS } from '../../lib/roles.ts';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';
import { useSession } from '../../lib/use-session.ts';
import { KEY_LIVES } from './key-lives.ts';
import { OnceShown } from './once-shown.tsx';

/** Who may answer for a key. */
const listUsers = {
  queryKey: ['users', 'owners'],
  queryFn: ({ signal }: { signal: AbortSignal }) => getJson<ListPage<User>>('/api/v1/users?limit=200', signal),
};

/** Makes a key; its secret is shown this once. */
export function CreateKey() {
  const { may } = useSession();
  const [name, setName] = useState('');
  const [role, setRole] = useState<KeyRole>('operator');
  const [life, setLife] = useState(1);
  const [owner, setOwner] = useState('');
  const users = useQuery({ ...listUsers, enabled: may('admin') });
  const body = {
    name: name.trim(),
    role,
    expiresInMs: KEY_LIVES[life]?.ms ?? null,
    ...(owner === '' ? {} : { owner }),
  };
  const [made, setMade] = useState(0);
  const idempotencyKey = useIdempotencyKey({ body, made });
  const create = useCommand({
    run: () => sendJson<{ key: ApiKey; secret: string }>('POST', '/api/v1/keys', { body, idempotencyKey }),
    touches: [['keys']],
    onDone: () => {
      setName('');
      setMade(made + 1);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(undefined);
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
                pattern="[a-z0-9][a-z0-9._\-]{0,63}"
                title="lower-case letters, digits, dot, dash or underscore"
                placeholder="ci-deploy"
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
          options={Object.entries(KEY_ROLE_WORDS).map(([each, words]) => ({ value: each, label: each, title: words }))}
          onChange={(value) => setRole(value as KeyRole)}
        />
        <SelectField
          label="Expires after"
          value={life}
          options={KEY_LIVES.map((each, index) => ({ value: index, label: each.label }))}
          onChange={(value) => setLife(Number(value))}
        />
        <SelectField
          label="Owner"
          value={owner}
          none="whoever makes it"
          options={optionsOfNames(users.data?.items ?? [])}
          onChange={setOwner}
        />
        <Button
          type="submit"
          look="primary"
          className="min-h-9"
          disabled={name.trim() === ''}
          pending={create.isPending && 'Creating…'}
        >
          Create key
        </Button>
      </form>
      {create.error ? <ErrorPanel error={create.error} /> : null}
      {create.data ? (
        <OnceShown
          title={`Key ${create.data.key.name} is made. This is the only time its secret is shown.`}
          secret={create.data.secret}
          what="secret"
          onHide={() => create.reset()}
        />
      ) : null}
    </>
  );
}
