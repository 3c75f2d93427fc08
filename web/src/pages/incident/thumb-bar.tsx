import type { Incident } from '../../../../src/contract/incident.ts';
import { useSession } from '../../lib/use-session.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { EscalateButton } from './escalate-button.tsx';

/** On phones: what is done half asleep, where one thumb reaches it, above the navigation. */
export function ThumbBar({ incident }: { incident: Incident }) {
  const { may } = useSession();
  if (!may('operator') || ['resolved', 'closed'].includes(incident.status)) return null;
  return (
    <section
      aria-label="Answer"
      className="sticky bottom-[calc(3.5rem+env(safe-area-inset-bottom))] z-10 -mx-4 mt-6 flex flex-wrap gap-2 border-t-2 border-t-line-strong bg-page px-4 py-2.5 sm:hidden"
    >
      <EscalateButton incident={incident} />
      {incident.acknowledgedAt ? null : <AcknowledgeButton id={incident.id} number={incident.number} wide />}
    </section>
  );
}
