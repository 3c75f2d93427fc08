import { ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import type { Incident, IncidentStatus } from '../../../../src/contract/incident.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button, buttonClasses } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { MENU_CLASSES, MENU_ITEM_CLASSES } from '../../components/menu-classes.ts';
import { StateIcon } from '../../components/state-mark.tsx';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { useSession } from '../../lib/use-session.ts';
import { INCIDENT_STATES, STATUS_VERBS } from '../../lib/words.ts';

type Change = { status: IncidentStatus; reason?: string; override?: boolean };

/** Sets the status. Resolving what is not verified takes an override with a reason, and says what it overrides. */
export function StatusMenu({ incident }: { incident: Incident }) {
  const { may } = useSession();
  const [overriding, setOverriding] = useState(false);
  const change = useCommand({
    run: (body: Change) => sendJson<Incident>('POST', `/api/v1/incidents/${incident.id}/status`, { body }),
    touches: [['incidents']],
  });
  if (!may('operator') || incident.nextStatuses.length === 0) return null;
  const blocked = incident.resolveBlockers.length > 0;
  const choose = (status: IncidentStatus) => {
    if (status === 'resolved' && blocked) setOverriding(true);
    else change.mutate({ status });
  };
  const mayResolve = incident.nextStatuses.includes('resolved') && !blocked;

  return (
    <>
      {mayResolve ? (
        <Button look="primary" pending={change.isPending && 'Saving…'} onClick={() => choose('resolved')}>
          Resolve {incident.number}
        </Button>
      ) : null}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={buttonClasses()} disabled={change.isPending}>
          {change.isPending ? 'Saving…' : 'Set status'}
          <ChevronDown aria-hidden="true" size={16} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content align="end" sideOffset={4} collisionPadding={8} className={MENU_CLASSES}>
            {incident.nextStatuses.map((status) => (
              <DropdownMenu.Item key={status} className={MENU_ITEM_CLASSES} onSelect={() => choose(status)}>
                <StateIcon state={INCIDENT_STATES[status]} />
                {STATUS_VERBS[status]}
                {status === 'resolved' && blocked ? <span className="text-quiet">not verified yet…</span> : null}
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {change.error && !overriding ? <ErrorPanel error={change.error} /> : null}
      <ConfirmDialog
        open={overriding}
        onOpenChange={setOverriding}
        title={`Resolve ${incident.number} although it is not verified`}
        action={`Resolve ${incident.number} by override`}
        pending="Resolving…"
        danger
        reason="required"
        typed={{ text: incident.number, label: 'The number of the incident' }}
        onConfirm={({ reason }) => change.mutateAsync({ status: 'resolved', override: true, reason })}
      >
        <p>Held back by:</p>
        <ul className="list-disc pl-5">
          {incident.resolveBlockers.map((blocker) => (
            <li key={blocker}>{sentenceCase(blocker)}</li>
          ))}
        </ul>
        <p>
          The override, your name and the reason stay in the timeline and in the audit log. Open findings stay open.
        </p>
      </ConfirmDialog>
    </>
  );
}
