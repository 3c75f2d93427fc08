import { type FormEvent, useState } from 'react';
import type { ApiKey, Role } from '../../../../src/contract/identity.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, SELECT_CLASSES, TextInput } from '../../components/field.tsx';
import { ROLE_WORDS } from '../../lib/roles.ts';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';
import { OnceShown } from './once-shown.tsx';

const DAY_MS = 86_400_000;
const LIVES = [
  { label: '30 days', ms: 30 * DAY_MS },
  { label: '90 days', ms: 90 * DAY_MS },
  { label: '1 year', ms: 365 * DAY_MS },
  { label: 'never', ms: null },
] as const;

/** Makes a key; its secret is shown this once. */
export function CreateKey() {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const [life, setLife] = useState(1);
  const body = { name: name.trim(), role, expiresInMs: LIVES[life]?.ms ?? null };
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
        <Field label="Role">
          {(attributes) => (
            <select
              {...attributes}
              className={SELECT_CLASSES}
              value={role}
              onChange={(event) => setRole(event.target.value as Role)}
            >
              {Object.entries(ROLE_WORDS).map(([each, words]) => (
                <option key={each} value={each} title={words}>
                  {each}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Expires after">
          {(attributes) => (
            <select
              {...attributes}
              className={SELECT_CLASSES}
              value={life}
              onChange={(event) => setLife(Number(event.target.value))}
            >
              {LIVES.map((each, index) => (
                <option key={each.label} value={index}>
                  {each.label}
                </option>
              ))}
            </select>
          )}
        </Field>
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
