import { type FormEvent, useState } from 'react';
import type { Incident } from '../../../../src/contract/incident.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { TextArea, TextInput } from '../../components/field.tsx';

/** Adds a note to the timeline, also about something that happened earlier. */
export function NoteComposer({ incidentId }: { incidentId: string }) {
  const [text, setText] = useState('');
  /** As the browser's field has it: local time without a zone; null for now. */
  const [at, setAt] = useState<string | null>(null);
  const add = useCommand({
    run: (body: { text: string; at?: string }) =>
      sendJson<Incident>('POST', `/api/v1/incidents/${incidentId}/timeline`, { body }),
    touches: [['incidents']],
    onDone: () => {
      setText('');
      setAt(null);
    },
  });
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() === '' || add.isPending) return;
    add.mutate({ text: text.trim(), ...(at ? { at: new Date(at).toISOString() } : {}) });
  };
  return (
    <form onSubmit={submit} className="mb-2">
      <TextArea
        aria-label="Note for the timeline"
        placeholder="What did you see or do?"
        value={text}
        maxLength={10_000}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit();
        }}
      />
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Button type="submit" disabled={text.trim() === ''} pending={add.isPending && 'Adding…'}>
          Add note
        </Button>
        {at === null ? (
          <Button look="quiet" onClick={() => setAt(localMinute())}>
            It happened earlier
          </Button>
        ) : (
          <>
            <TextInput
              type="datetime-local"
              aria-label="When it happened, in your time zone"
              value={at}
              step={1}
              onChange={(event) => setAt(event.target.value)}
              className="w-auto!"
            />
            <Button look="quiet" onClick={() => setAt(null)}>
              Now instead
            </Button>
          </>
        )}
      </div>
      {add.error ? <ErrorPanel error={add.error} /> : null}
    </form>
  );
}

/** This minute as a `datetime-local` field writes it. */
function localMinute(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
