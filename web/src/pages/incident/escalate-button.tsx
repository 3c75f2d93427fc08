import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Escalation } from '../../../../src/contract/escalation.ts';
import type { Incident } from '../../../../src/contract/incident.ts';
import type { PolicySpec } from '../../../../src/contract/oncall.ts';
import { escalationsQuery, policiesQuery, teamsQuery } from '../../api/on-call-queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { optionsOfNames, SelectField } from '../../components/select-field.tsx';
import { whomWords } from '../../lib/escalation-words.ts';
import { useSession } from '../../lib/use-session.ts';
import { nextByHand, runningOf } from './next-by-hand.ts';

type Escalate = { policy?: string; team?: string; reason?: string };

/** The next step of the escalation now; where none runs, begins a policy. The dialog says whom it tells. */
export function EscalateButton({ incident }: { incident: Incident }) {
  const { may } = useSession();
  const escalations = useQuery(escalationsQuery(incident.id)).data;
  const [open, setOpen] = useState(false);
  if (!may('operator') || !escalations || ['resolved', 'closed'].includes(incident.status)) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)} className="whitespace-nowrap max-sm:h-[48px] max-sm:flex-auto">
        Escalate now…
      </Button>
      {open ? (
        <EscalateDialog incident={incident} running={runningOf(escalations)} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}

function EscalateDialog({
  incident,
  running,
  onClose,
}: {
  incident: Incident;
  running: Escalation | null;
  onClose: () => void;
}) {
  const [policy, setPolicy] = useState('');
  const [team, setTeam] = useState('');
  const step = running ? nextByHand(running) : null;
  const exhausted = running !== null && step === null;
  const escalate = useCommand({
    run: (body: Escalate) =>
      sendJson('POST', `/api/v1/incidents/${encodeURIComponent(incident.id)}/escalate`, { body }),
    touches: [['incidents'], ['inbox']],
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Escalate ${incident.number} now`}
      action={step ? `Escalate to “${step.name}”` : policy === '' ? 'Choose a policy' : `Begin policy ${policy}`}
      pending="Escalating…"
      reason="optional"
      barred={exhausted ? 'Every step has fired.' : null}
      onConfirm={({ reason }) =>
        escalate.mutateAsync({
          ...(running ? {} : { policy, ...(team === '' ? {} : { team }) }),
          ...(reason.length < 3 ? {} : { reason }),
        })
      }
    >
      {step ? (
        <StepEffect step={step} team={running?.team ?? null} />
      ) : exhausted ? (
        <p>Every step of policy {running?.policy} has fired. Page somebody by name, or add a step to the policy.</p>
      ) : (
        <PolicyChoice policy={policy} onPolicy={setPolicy} team={team} onTeam={setTeam} />
      )}
    </ConfirmDialog>
  );
}

function StepEffect({ step, team }: { step: PolicySpec['steps'][number]; team: string | null }) {
  const asks = step.do.flatMap((action) => (action === 'page' ? [] : Object.values(action)));
  return (
    <div>
      {step.do.includes('page') ? (
        <p>
          Pages <strong>{whomWords(step.to, team)}</strong> at once, whatever the hour.
        </p>
      ) : null}
      {asks.map((ask) => (
        <p key={ask}>Asks a person: {ask}</p>
      ))}
      <p className="text-quiet">A page that is out cannot be taken back.</p>
    </div>
  );
}

function PolicyChoice(props: {
  policy: string;
  onPolicy: (name: string) => void;
  team: string;
  onTeam: (name: string) => void;
}) {
  const policies = useQuery(policiesQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  return (
    <>
      <p>No escalation is running. Choose the policy to begin: its first steps fire at once.</p>
      <SelectField
        label="Policy"
        required
        value={props.policy}
        none="choose one"
        options={policies.map(({ name, version }) => ({
          value: name,
          label: `${name}${version === 0 ? ' (ships with Holdfast)' : ''}`,
        }))}
        onChange={props.onPolicy}
      />
      {teams.length > 0 ? (
        <SelectField
          label="Team whose roles it means"
          value={props.team}
          none="no team"
          options={optionsOfNames(teams)}
          onChange={props.onTeam}
        />
      ) : null}
    </>
  );
}
