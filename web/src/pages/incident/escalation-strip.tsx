import { useQuery } from '@tanstack/react-query';
import { BellRing } from 'lucide-react';
import type { Incident } from '../../../../src/contract/incident.ts';
import { escalationsQuery } from '../../api/on-call-queries.ts';
import { Countdown } from '../../components/time.tsx';
import { CAUSE_WORDS, whomWords } from '../../lib/escalation-words.ts';
import { EscalateButton } from './escalate-button.tsx';
import { runningOf } from './next-by-hand.ts';

/** Who is told next if nothing changes, counted down by the server's clock, and the way not to wait for it. */
export function EscalationStrip({ incident }: { incident: Incident }) {
  const escalations = useQuery(escalationsQuery(incident.id)).data;
  if (!escalations || ['resolved', 'closed'].includes(incident.status)) return null;
  const running = runningOf(escalations);
  const next = running?.toCome[0];
  const whom = next ? whomWords(running?.snapshot.steps[next.step]?.to ?? [], running?.team ?? null) : '';
  return (
    <section
      aria-label="Escalation"
      className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md border border-line px-3 py-2"
    >
      <p className="flex min-w-0 flex-1 basis-56 items-baseline gap-2 break-anywhere">
        <BellRing aria-hidden="true" size={16} className="shrink-0 self-center text-quiet" />
        {next ? (
          <span>
            Tells <strong>{next.name}</strong>
            {whom ? ` (${whom})` : ''} in{' '}
            <strong>
              <Countdown until={next.dueAt} past="a moment" />
            </strong>
            , {CAUSE_WORDS[next.cause].fires}
          </span>
        ) : (
          <span className="text-quiet">
            {running ? `Policy ${running.policy} tells nobody else by itself.` : 'No escalation is running.'}
          </span>
        )}
      </p>
      <span className="max-sm:hidden">
        <EscalateButton incident={incident} />
      </span>
    </section>
  );
}
