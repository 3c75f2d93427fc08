import { type FormEvent, useState } from 'react';
import type { ContactKindInfo, CreatedContactMethod, SendOutcome } from '../../../../src/contract/contacts.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';

/** Adds a way to be reached; a code is sent there at once. */
export function AddContact({
  kinds,
  onAdded,
}: {
  kinds: readonly ContactKindInfo[];
  onAdded: (id: string, outcome: SendOutcome) => void;
}) {
  const working = kinds.filter((kind) => kind.available);
  const [chosen, setChosen] = useState('');
  const [address, setAddress] = useState('');
  const [label, setLabel] = useState('');
  const [secret, setSecret] = useState('');
  const [made, setMade] = useState(0);
  const kind = kinds.find((each) => each.kind === chosen) ?? working[0];
  const body = {
    kind: kind?.kind ?? '',
    address: address.trim(),
    ...(label.trim() === '' ? {} : { label: label.trim() }),
    ...(kind?.needsSecret ? { secret } : {}),
  };
  const idempotencyKey = useIdempotencyKey({ body, made });
  const add = useCommand({
    run: () => sendJson<CreatedContactMethod>('POST', '/api/v1/oncall/contact-methods', { body, idempotencyKey }),
    touches: [['oncall']],
    onDone: ({ method, code }) => {
      onAdded(method.id, code);
      setAddress('');
      setLabel('');
      setSecret('');
      setMade(made + 1);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(undefined);
  };
  const unavailable = kinds.filter((each) => !each.available);
  return (
    <form aria-label="Add a contact method" onSubmit={submit} className="mb-4">
      <div className="flex flex-wrap items-end gap-3 max-sm:flex-col max-sm:items-stretch">
        <SelectField
          label="Kind"
          value={kind?.kind ?? ''}
          options={working.map((each) => ({ value: each.kind, label: each.title }))}
          onChange={setChosen}
        />
        <div className="min-w-0 flex-1 basis-56 max-sm:basis-auto">
          <Field label={kind ? `Address: ${kind.address}` : 'Address'}>
            {(attributes) => (
              <TextInput
                {...attributes}
                required
                maxLength={2_000}
                autoCapitalize="none"
                value={address}
                onChange={(event) => setAddress(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="min-w-0 flex-1 basis-40 max-sm:basis-auto">
          <Field label="Name (optional)">
            {(attributes) => (
              <TextInput
                {...attributes}
                maxLength={100}
                value={label}
                onChange={(event) => setLabel(event.target.value)}
              />
            )}
          </Field>
        </div>
        {kind?.needsSecret ? (
          <div className="min-w-0 flex-1 basis-40 max-sm:basis-auto">
            <Field label="Key of the signature">
              {(attributes) => (
                <TextInput
                  {...attributes}
                  required
                  type="password"
                  minLength={8}
                  maxLength={500}
                  autoComplete="off"
                  value={secret}
                  onChange={(event) => setSecret(event.target.value)}
                />
              )}
            </Field>
          </div>
        ) : null}
        <Button
          type="submit"
          look="primary"
          className="min-h-9"
          disabled={!kind || address.trim() === ''}
          pending={add.isPending && 'Sending the code…'}
        >
          Add and send a code
        </Button>
      </div>
      {unavailable.length > 0 ? (
        <p className="mt-1.5 text-small text-quiet">
          Not set up on this installation: {unavailable.map((each) => each.title).join(', ')}.
        </p>
      ) : null}
      {add.error ? (
        <div className="mt-2">
          <ErrorPanel error={add.error} />
        </div>
      ) : null}
    </form>
  );
}
