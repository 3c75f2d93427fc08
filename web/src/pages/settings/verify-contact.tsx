import { type FormEvent, useState } from 'react';
import type { ContactMethod, SendOutcome } from '../../../../src/contract/contacts.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { SEND_STATES } from '../../lib/send-states.ts';

/** Takes the code that was sent to a contact method. */
export function VerifyContact({
  method,
  sent,
  onCode,
}: {
  method: ContactMethod;
  /** How sending the code went, where that is known. */
  sent: SendOutcome | null;
  onCode: (id: string, outcome: SendOutcome) => void;
}) {
  const [code, setCode] = useState('');
  const path = `/api/v1/oncall/contact-methods/${encodeURIComponent(method.id)}`;
  const verify = useCommand({
    run: () => sendJson<ContactMethod>('POST', `${path}/verify`, { body: { code: code.trim() } }),
    touches: [['oncall']],
  });
  const again = useCommand({
    run: () => sendJson<SendOutcome>('POST', `${path}/code`),
    touches: [['inbox']],
    onDone: (outcome) => onCode(method.id, outcome),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    verify.mutate(undefined);
  };
  return (
    <form aria-label={`Verify ${method.label}`} onSubmit={submit} className="mt-2 rounded-md bg-sunken px-3 py-2.5">
      {sent ? (
        <p role="status" className="mb-2 flex flex-wrap gap-x-3 break-anywhere">
          <StateMark state={{ ...SEND_STATES[sent.outcome], word: `Code: ${SEND_STATES[sent.outcome].word}` }} />
          {sent.reason ? <span className="min-w-0">{sent.reason}</span> : null}
        </p>
      ) : null}
      <div className="flex flex-wrap items-end gap-3">
        <div className="w-80 max-sm:w-full">
          <Field label="Code that was sent there" help="Six digits, good for 15 minutes and five tries.">
            {(attributes) => (
              <TextInput
                {...attributes}
                required
                inputMode="numeric"
                autoComplete="one-time-code"
                pattern="\s*\d{6}\s*"
                title="the six digits that were sent"
                maxLength={8}
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="flex flex-wrap gap-2 pb-5 max-sm:pb-0">
          <Button type="submit" look="primary" className="min-h-9" pending={verify.isPending && 'Checking…'}>
            Verify {method.label}
          </Button>
          <Button className="min-h-9" pending={again.isPending && 'Sending…'} onClick={() => again.mutate(undefined)}>
            Send a fresh code
          </Button>
        </div>
      </div>
      {(verify.error ?? again.error) ? (
        <div className="mt-2">
          <ErrorPanel error={verify.error ?? again.error} />
        </div>
      ) : null}
    </form>
  );
}
