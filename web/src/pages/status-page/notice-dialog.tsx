import { type ReactNode, useState } from 'react';
import type { StatusComponent, StatusDraft, StatusNotice } from '../../../../src/contract/status-page.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field, SELECT_CLASSES, TextArea, TextInput } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';
import { COMPONENT_STATES, IMPACTS, INCIDENT_STATUSES, MAINTENANCE_STATUSES, statusWord } from './status-words.ts';

const NEXT_UPDATES = [
  { minutes: 15, label: 'in 15 minutes' },
  { minutes: 30, label: 'in 30 minutes' },
  { minutes: 60, label: 'in an hour' },
  { minutes: 240, label: 'in 4 hours' },
] as const;
const LAST_STATUSES = new Set(['resolved', 'completed']);

/** Tells the public of a new incident, or how an open one goes on. What customers must hear is asked for. */
export function NoticeDialog({
  notice,
  draft = null,
  components,
  onClose,
}: {
  /** Null for a new incident. */
  notice: StatusNotice | null;
  /** What an escalation wrote for a new one. */
  draft?: StatusDraft | null;
  components: readonly StatusComponent[];
  onClose: () => void;
}) {
  const [name, setName] = useState(draft?.name ?? '');
  const [impact, setImpact] = useState(notice === null ? (draft?.impact ?? 'minor') : notice.impact);
  const [status, setStatus] = useState(
    notice?.status === 'scheduled' ? 'in_progress' : (notice?.status ?? 'investigating'),
  );
  const [noticed, setNoticed] = useState(draft?.message ?? '');
  const [done, setDone] = useState('');
  const [percent, setPercent] = useState('');
  const [minutes, setMinutes] = useState<number>(NEXT_UPDATES[0].minutes);
  const [affected, setAffected] = useState<Readonly<Record<string, string>>>({});
  const over = LAST_STATUSES.has(status);
  const told = {
    status,
    affected: Object.entries(affected).map(([component, each]) => ({ component, status: each })),
    message: {
      impact: noticed.trim(),
      status: done.trim(),
      affectedPercent: percent === '' ? null : Number(percent),
      nextUpdateMinutes: over ? 0 : minutes,
    },
  };
  const body = notice === null ? { ...told, name: name.trim(), impact, incidentId: draft?.incidentId ?? null } : told;
  const idempotencyKey = useIdempotencyKey(body);
  const path = notice === null ? '/api/v1/status-page/incidents' : `/api/v1/status-page/notices/${notice.id}/updates`;
  const publish = useCommand({
    run: () => sendJson('POST', path, { body, idempotencyKey }),
    touches: [['status-page']],
  });
  const statuses = notice?.kind === 'maintenance' ? MAINTENANCE_STATUSES : INCIDENT_STATUSES;
  return (
    <ConfirmDialog
      open
      wide
      onOpenChange={(open) => open || onClose()}
      title={notice === null ? 'Tell the public of an incident' : `Update: ${notice.name}`}
      action="Publish"
      pending="Publishing…"
      onConfirm={() => publish.mutateAsync(undefined)}
    >
      {notice === null ? (
        <Field label="Title" help="Customers read it first: what does not work, in their words.">
          {(attributes) => (
            <TextInput
              {...attributes}
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Choice label="Status" value={status} values={statuses} onChange={setStatus} />
        {notice === null ? <Choice label="How bad" value={impact} values={IMPACTS} onChange={setImpact} /> : null}
      </div>
      <Field label="What customers notice">
        {(attributes) => (
          <TextArea
            {...attributes}
            required
            maxLength={1_000}
            rows={2}
            value={noticed}
            onChange={(event) => setNoticed(event.target.value)}
          />
        )}
      </Field>
      <Field label={over ? 'What it was' : 'What is done about it'}>
        {(attributes) => (
          <TextArea
            {...attributes}
            required
            maxLength={2_000}
            rows={2}
            value={done}
            onChange={(event) => setDone(event.target.value)}
          />
        )}
      </Field>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Field label="Customers affected, in percent" help="Empty when it is not known.">
          {(attributes) => (
            <TextInput
              {...attributes}
              type="number"
              min={0}
              max={100}
              value={percent}
              onChange={(event) => setPercent(event.target.value)}
            />
          )}
        </Field>
        {over ? null : (
          <SelectField
            label="They hear again"
            help="Your team is reminded when it is overdue."
            value={minutes}
            options={NEXT_UPDATES.map((each) => ({ value: each.minutes, label: each.label }))}
            onChange={(value) => setMinutes(Number(value))}
          />
        )}
      </div>
      {components.length === 0 ? null : (
        <fieldset>
          <legend className="mb-1 font-semibold">How the components stand now</legend>
          <ul>
            {components.map((component) => (
              <li
                key={component.id}
                className="flex flex-wrap items-center justify-between gap-2 border-b border-line py-1"
              >
                <label htmlFor={`component-${component.id}`} className="min-w-0 break-anywhere">
                  {component.name}
                </label>
                <select
                  id={`component-${component.id}`}
                  className={`${SELECT_CLASSES} max-w-52`}
                  value={affected[component.id] ?? component.status}
                  onChange={(event) => setAffected({ ...affected, [component.id]: event.target.value })}
                >
                  {Object.entries(COMPONENT_STATES).map(([each, words]) => (
                    <option key={each} value={each}>
                      {words.word}
                    </option>
                  ))}
                </select>
              </li>
            ))}
          </ul>
        </fieldset>
      )}
    </ConfirmDialog>
  );
}

function Choice({
  label,
  value,
  values,
  onChange,
}: {
  label: string;
  value: string;
  values: readonly string[];
  onChange: (value: string) => void;
}): ReactNode {
  return (
    <SelectField
      label={label}
      value={value}
      options={values.map((each) => ({ value: each, label: statusWord(each) }))}
      onChange={onChange}
    />
  );
}
