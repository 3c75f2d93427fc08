import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Incident, IncidentSummary } from '../../../../src/contract/incident.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { plural } from '../../lib/plural.ts';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';

/** Takes findings out of an incident into one of their own. Says what that does before it is done. */
export function SplitDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [title, setTitle] = useState('');
  const body = { findings: chosen, ...(title.trim() === '' ? {} : { title: title.trim() }) };
  const idempotencyKey = useIdempotencyKey(body);
  const split = useCommand({
    run: (reason: string) =>
      sendJson<IncidentSummary>('POST', `/api/v1/incidents/${incident.id}/split`, {
        body: { ...body, reason },
        idempotencyKey,
      }),
    touches: [['incidents'], ['findings'], ['runs'], ['inbox']],
    onDone: (made) => void navigate({ to: '/incidents/$id', params: { id: made.id } }),
  });
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  const first = incident.findings.find(({ id }) => chosen.includes(id));
  return (
    <ConfirmDialog
      open
      wide
      onOpenChange={(open) => open || onClose()}
      title={`Split ${incident.number}`}
      action={chosen.length === 0 ? 'Choose findings' : `Split off ${plural(chosen.length, 'finding')}`}
      pending="Splitting…"
      reason="required"
      barred={chosen.length === 0 ? 'Choose what belongs to another cause.' : null}
      onConfirm={({ reason }) => split.mutateAsync(reason)}
    >
      <p>What is chosen becomes an incident of its own. It pages like any other, and no run is started by it.</p>
      <fieldset className="min-w-0">
        <legend className="mb-1 font-semibold">Findings of another cause</legend>
        {incident.findings.map((finding) => (
          <label key={finding.id} className="flex min-h-9 items-center gap-2 max-sm:min-h-11">
            <input
              type="checkbox"
              className="size-4 shrink-0"
              checked={chosen.includes(finding.id)}
              onChange={() => toggle(finding.id)}
            />
            <SeverityMark rank={finding.severity} />
            <span className="min-w-0 break-anywhere">{finding.title}</span>
          </label>
        ))}
      </fieldset>
      <Field label="Title (optional)" help="That of the first finding unless given.">
        {(attributes) => (
          <TextInput
            {...attributes}
            spellCheck
            minLength={3}
            maxLength={300}
            placeholder={first?.title ?? ''}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
