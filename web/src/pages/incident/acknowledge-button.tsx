import type { Incident } from '../../../../src/contract/incident.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { useSession } from '../../lib/use-session.ts';

/** Takes an incident; every page that has not gone out is stopped. */
export function AcknowledgeButton({
  id,
  number,
  short = false,
  wide = false,
}: {
  id: string;
  number: string;
  short?: boolean;
  /** Takes the room that is left beside it. */
  wide?: boolean;
}) {
  const { may } = useSession();
  const acknowledge = useCommand({
    run: () => sendJson<Incident>('POST', `/api/v1/incidents/${id}/ack`, { body: {} }),
    touches: [['incidents']],
  });
  if (!may('operator')) return null;
  return (
    <>
      <Button
        look="primary"
        className={wide ? 'h-[48px] flex-2' : ''}
        pending={acknowledge.isPending && 'Acknowledging…'}
        onClick={() => acknowledge.mutate(undefined)}
        aria-label={`Acknowledge ${number}`}
        title="Takes it: pages that have not gone out are stopped"
      >
        {'Acknowledge '}
        {short ? null : <span className="max-sm:hidden">{number}</span>}
      </Button>
      {acknowledge.error ? <ErrorPanel error={acknowledge.error} /> : null}
    </>
  );
}
