import { useState } from 'react';
import type { TestPageResult } from '../../../../src/contract/contacts.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field } from '../../components/field.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { SEND_STATES } from '../../lib/send-states.ts';
import { useSession } from '../../lib/use-session.ts';
import { PersonInput } from './person-input.tsx';

/** Sends a test page to a person by every verified method. */
export function TestPageDialog({ onClose, onSent }: { onClose: () => void; onSent: (result: TestPageResult) => void }) {
  const { session } = useSession();
  const [user, setUser] = useState(session.userId !== null ? session.name : '');
  const send = useCommand({
    run: () => sendJson<TestPageResult>('POST', '/api/v1/oncall/test-page', { body: { user: user.trim() } }),
    touches: [['inbox']],
    onDone: onSent,
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title="Send a test page"
      action={user.trim() === '' ? 'Send 1 test page' : `Send a test page to ${user.trim()}`}
      pending="Sending…"
      onConfirm={() => send.mutateAsync(undefined)}
    >
      <p>
        It goes out now by every method that person has verified, whatever the hour, and says that nothing is wrong.
      </p>
      <Field label="To whom">{(attributes) => <PersonInput {...attributes} value={user} onChange={setUser} />}</Field>
    </ConfirmDialog>
  );
}

/** What became of the test page by each method. */
export function TestPageOutcome({ result, onHide }: { result: TestPageResult; onHide: () => void }) {
  const reached = result.results.some((each) => each.outcome === 'sent');
  return (
    <section
      role="status"
      aria-label="Test page"
      className={`mb-4 rounded-md border p-3 ${reached ? 'border-good bg-good-soft' : 'border-bad bg-bad-soft'}`}
    >
      <h2 className="text-body">
        {reached ? `The test page to ${result.user} is out` : `No test page reached ${result.user}`}
      </h2>
      {result.results.length === 0 ? (
        <p>
          {result.user} has no contact method: a real page would only be in the inbox, under that name. Each person adds
          the own ones under Settings, Contact methods.
        </p>
      ) : (
        <ul>
          {result.results.map((each) => (
            <li key={each.method} className="mt-1 flex flex-wrap gap-x-3 break-anywhere">
              <span>
                {each.label} <span className="text-quiet">({each.kind})</span>
              </span>
              <StateMark state={SEND_STATES[each.outcome]} />
              {each.reason ? <span className="min-w-0">{each.reason}</span> : null}
            </li>
          ))}
        </ul>
      )}
      <Button className="mt-2" onClick={onHide}>
        Hide
      </Button>
    </section>
  );
}
