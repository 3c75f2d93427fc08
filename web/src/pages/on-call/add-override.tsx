import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Override, ScheduleSpec, ShiftBody } from '../../../../src/contract/oncall.ts';
import { type Definition, overridesQuery } from '../../api/on-call-queries.ts';
import { ApiError, sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { formatSpan } from '../../lib/format-time.ts';
import { serverNowMs } from '../../lib/server-clock.ts';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';
import { useSession } from '../../lib/use-session.ts';
import { formatMoment, fromWallText, toWallText } from '../../lib/zone-time.ts';
import { changesOf } from './override-changes.ts';
import { PersonInput } from './person-input.tsx';

const HOUR_MS = 3_600_000;
const USUAL_LENGTH_MS = 8 * HOUR_MS;

/** Somebody stands in for a time. Says whose shifts change before it is done. */
export function AddOverride({
  schedule,
  zone,
  shifts,
  onClose,
}: {
  schedule: Definition<ScheduleSpec>;
  zone: string;
  /** Those that are shown; the preview is made of them. */
  shifts: readonly ShiftBody[];
  onClose: () => void;
}) {
  const { session } = useSession();
  const nextHourMs = Math.ceil(serverNowMs() / HOUR_MS) * HOUR_MS;
  const [user, setUser] = useState(session.userId !== null ? session.name : '');
  const [from, setFrom] = useState(() => toWallText(nextHourMs, zone));
  const [to, setTo] = useState(() => toWallText(nextHourMs + USUAL_LENGTH_MS, zone));
  const [replaces, setReplaces] = useState('');
  const people = [...new Set(schedule.spec.layers.flatMap((layer) => layer.participants))].sort();
  const startMs = fromWallText(from, zone);
  const endMs = fromWallText(to, zone);
  const id = useId();
  const body = {
    user: user.trim(),
    ...(replaces === '' ? {} : { replaces }),
    start: startMs === null ? '' : new Date(startMs).toISOString(),
    end: endMs === null ? '' : new Date(endMs).toISOString(),
  };
  const idempotencyKey = useIdempotencyKey(body);
  const add = useCommand({
    run: (reason: string) =>
      sendJson<Override>('POST', `/api/v1/schedules/${encodeURIComponent(schedule.name)}/overrides`, {
        body: { ...body, ...(reason === '' ? {} : { reason }) },
        idempotencyKey,
      }),
    touches: [['oncall']],
  });
  const backwards = startMs !== null && endMs !== null && endMs <= startMs;

  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Add an override to ${schedule.name}`}
      action="Add 1 override"
      pending="Adding…"
      reason="optional"
      onConfirm={async ({ reason }) => {
        if (backwards) throw timesWrong();
        await add.mutateAsync(reason);
      }}
    >
      <Field label="Who stands in">
        {(attributes) => <PersonInput {...attributes} value={user} onChange={setUser} />}
      </Field>
      <SelectField
        label="For"
        value={replaces}
        none="whoever is on"
        options={people.map((name) => ({ value: name, label: `${name}, only where ${name} would be on` }))}
        onChange={setReplaces}
      />
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <Field label="From" help={`Times in ${zone}`}>
          {(attributes) => (
            <TextInput
              {...attributes}
              type="datetime-local"
              required
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          )}
        </Field>
        <Field label="To" wrong={backwards ? 'Must be after the start.' : null}>
          {(attributes) => (
            <TextInput
              {...attributes}
              type="datetime-local"
              required
              value={to}
              onChange={(event) => setTo(event.target.value)}
            />
          )}
        </Field>
      </div>
      {startMs !== null && endMs !== null && !backwards ? (
        <Effect
          schedule={schedule.name}
          wanted={{ user: user.trim(), replaces: replaces || null, startMs, endMs }}
          shifts={shifts}
          zone={zone}
          id={id}
        />
      ) : null}
    </ConfirmDialog>
  );
}

function timesWrong(): ApiError {
  return new ApiError({
    status: 400,
    code: 'override.refused',
    detail: 'The override ends before it begins',
    hint: 'Choose an end after the start.',
  });
}

function Effect({
  schedule,
  wanted,
  shifts,
  zone,
  id,
}: {
  schedule: string;
  wanted: { user: string; replaces: string | null; startMs: number; endMs: number };
  shifts: readonly ShiftBody[];
  zone: string;
  id: string;
}) {
  const others = (useQuery(overridesQuery(schedule)).data ?? []).filter(
    (override) => Date.parse(override.start) < wanted.endMs && Date.parse(override.end) > wanted.startMs,
  );
  const changes = changesOf(wanted, shifts);
  return (
    <section aria-labelledby={id} className="rounded-md bg-sunken px-3 py-2">
      <h3 id={id} className="text-body">
        What changes
      </h3>
      {changes.length === 0 ? (
        <p>Nothing that is shown here: nobody is replaced in that time.</p>
      ) : (
        <ul>
          {changes.map((change) => (
            <li key={change.startMs} className="break-anywhere">
              {wanted.user || 'The one who stands in'} instead of {change.insteadOf ?? 'nobody'},{' '}
              {formatMoment(change.startMs, zone)} to {formatMoment(change.endMs, zone)} (
              {formatSpan(change.endMs - change.startMs)})
            </li>
          ))}
        </ul>
      )}
      {others.map((override) => (
        <p key={override.id} className="mt-1 font-semibold text-ask break-anywhere">
          {override.user} already stands in from {formatMoment(Date.parse(override.start), zone)} to{' '}
          {formatMoment(Date.parse(override.end), zone)}. Where both meet, the one added last counts.
        </p>
      ))}
    </section>
  );
}
