import { type FormEvent, useState } from 'react';
import type { Incident } from '../../../../src/contract/incident.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { useSession } from '../../lib/use-session.ts';

const ROLES = [
  { role: 'commander', label: 'Commander' },
  { role: 'deputy', label: 'Deputy' },
  { role: 'scribe', label: 'Scribe' },
  { role: 'liaison', label: 'Liaison' },
] as const;

/** Who does what in this incident. */
export function IncidentRoles({ incident }: { incident: Incident }) {
  const { session, may } = useSession();
  const [names, setNames] = useState<Record<string, string> | null>(null);
  const change = useCommand({
    run: (roles: Record<string, string | null>) =>
      sendJson<Incident>('POST', `/api/v1/incidents/${incident.id}/roles`, { body: { roles } }),
    touches: [['incidents']],
    onDone: () => setNames(null),
  });
  const editable = may('operator') && incident.status !== 'closed';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const changed = ROLES.flatMap(({ role }) => {
      const before = incident.roles[role] ?? '';
      const after = names?.[role]?.trim() ?? '';
      return before === after ? [] : [[role, after === '' ? null : after] as const];
    });
    if (changed.length === 0) setNames(null);
    else change.mutate(Object.fromEntries(changed));
  };

  if (names) {
    return (
      <form onSubmit={submit} className="flex flex-col gap-2">
        {ROLES.map(({ role, label }) => (
          <Field key={role} label={label}>
            {(attributes) => (
              <TextInput
                {...attributes}
                maxLength={100}
                placeholder="nobody"
                value={names[role] ?? ''}
                onChange={(event) => setNames({ ...names, [role]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {change.error ? <ErrorPanel error={change.error} /> : null}
        <div className="flex gap-2">
          <Button type="submit" look="primary" pending={change.isPending && 'Saving…'}>
            Save roles
          </Button>
          <Button onClick={() => setNames(null)}>Leave as they are</Button>
        </div>
      </form>
    );
  }
  return (
    <>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
        {ROLES.map(({ role, label }) => {
          const who = incident.roles[role];
          return (
            <div key={role} className="contents">
              <dt className="text-quiet">{label}</dt>
              <dd className="break-anywhere">{who ? actorWords(who) : <span className="text-quiet">nobody</span>}</dd>
            </div>
          );
        })}
      </dl>
      {change.error ? <ErrorPanel error={change.error} /> : null}
      {editable ? (
        <div className="mt-2 flex flex-wrap gap-2">
          {incident.roles['commander'] ? null : (
            <Button pending={change.isPending && 'Saving…'} onClick={() => change.mutate({ commander: session.name })}>
              Take command
            </Button>
          )}
          <Button onClick={() => setNames({ ...incident.roles })}>Assign roles</Button>
        </div>
      ) : null}
    </>
  );
}
