import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Escalation, FiredStep } from '../../../../src/contract/escalation.ts';
import type { Incident } from '../../../../src/contract/incident.ts';
import { escalationsQuery } from '../../api/on-call-queries.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SideSection } from '../../components/side-section.tsx';
import { StateIcon } from '../../components/state-mark.tsx';
import { Countdown, Time } from '../../components/time.tsx';
import { CAUSE_WORDS, listWords, whomWords } from '../../lib/escalation-words.ts';
import type { StateWords } from '../../lib/words.ts';

const TO_COME: StateWords = { word: 'To come', tone: 'quiet', shape: 'ring' };
const FIRED: StateWords = { word: 'Fired', tone: 'active', shape: 'tick' };
const FOUND_NOBODY: StateWords = { word: 'Found nobody', tone: 'bad', shape: 'cross' };

/** Who was told when nobody answered, and who will be. */
export function EscalationSide({ incident }: { incident: Incident }) {
  const query = useQuery(escalationsQuery(incident.id));
  const escalations = query.data ?? [];
  return (
    <SideSection title="Escalation">
      {query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data && escalations.length === 0 ? (
        <p className="text-quiet">No policy fits it: everybody of the configuration was told once.</p>
      ) : null}
      {escalations.map((escalation) => (
        <EscalationLines key={escalation.id} escalation={escalation} />
      ))}
    </SideSection>
  );
}

function EscalationLines({ escalation }: { escalation: Escalation }) {
  const { policy, team, endedAt, endedBecause, fired, toCome, snapshot } = escalation;
  return (
    <div className="py-1">
      <p className="break-anywhere">
        Policy{' '}
        <Link to="/on-call" search={{ show: 'policies', policy, team: team ?? undefined }} className="link">
          {policy}
        </Link>
        {team ? ` for team ${team}` : ''}
        {endedAt ? (
          <span className="text-quiet">
            , ended <Time at={endedAt} />: {endedBecause}
          </span>
        ) : null}
      </p>
      <ol className="mt-1">
        {fired.map((step) => (
          <FiredLine key={`${step.round} ${step.step} ${step.firedAt}`} step={step} startedAt={escalation.startedAt} />
        ))}
        {toCome.map((step) => (
          <li key={`${step.round} ${step.step}`} className="flex gap-2 py-1">
            <span className="flex h-5 items-center">
              <StateIcon state={TO_COME} />
            </span>
            <div className="min-w-0 break-anywhere">
              <p>
                <span className="sr-only">To come: </span>
                {step.name}
                {step.round > 0 ? `, round ${step.round + 1}` : ''} in{' '}
                <strong>
                  <Countdown until={step.dueAt} past="a moment" />
                </strong>
              </p>
              <p className="text-quiet">
                {whomWords(snapshot.steps[step.step]?.to ?? [], team)}, {CAUSE_WORDS[step.cause].fires}
              </p>
            </div>
          </li>
        ))}
        {endedAt === null && toCome.length === 0 ? <li className="py-1 text-quiet">Nothing is left to fire.</li> : null}
      </ol>
    </div>
  );
}

function FiredLine({ step, startedAt }: { step: FiredStep; startedAt: string }) {
  const atOnce = step.cause === 'unacked' && step.dueAt <= startedAt;
  const nobody = step.paged.length === 0 && step.missing.length > 0;
  return (
    <li className="flex gap-2 py-1">
      <span className="flex h-5 items-center">
        <StateIcon state={nobody ? FOUND_NOBODY : FIRED} />
      </span>
      <div className="min-w-0 break-anywhere">
        <p>
          <span className="sr-only">{nobody ? 'Found nobody: ' : 'Fired: '}</span>
          {step.name}
          {step.round > 0 ? `, round ${step.round + 1}` : ''} <Time at={step.firedAt} className="text-quiet" />
        </p>
        <p className="text-quiet">
          {step.paged.length > 0 ? `Told ${listWords(step.paged)}; ` : ''}
          {atOnce ? 'it was new' : CAUSE_WORDS[step.cause].fired}
        </p>
        {step.asked.map((asked) => (
          <p key={asked}>Asked a person: {asked}</p>
        ))}
        {step.missing.map((missing) => (
          <p key={missing} className="text-bad">
            {missing}
          </p>
        ))}
      </div>
    </li>
  );
}
