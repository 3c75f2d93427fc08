import type { SeverityRank } from '../../contract/common.ts';
import type { Tx } from '../../platform/db/database.ts';
import type { StampedEvent } from '../../platform/events/relay.ts';
import { setTimer, type TimerHandler } from '../../platform/timers/timer-service.ts';
import { fixFinding, observeFinding } from '../../respond/findings/index.ts';

/** Nothing of a cause for so long, and it is over; what comes later is another finding. */
const QUIET_MS = 15 * 60_000;
const TIMER_KIND = 'anomaly-quiet';
const LONGEST_TITLE = 200;

type Found = {
  streamId: string;
  service: string;
  streamKind: string;
  anomalyId: string;
  count: number;
  severity: SeverityRank;
  cause: string;
  summary: string;
  burst: { anomalies: number; events: number } | null;
};

/**
 * Anomalies become findings, one for each cause. A burst is one finding whatever its events look like: it is more than
 * chance explains, so it opens an incident, while single anomalies are there to be looked at.
 */
export const FINDINGS_FROM_ANOMALIES = {
  name: 'findings-from-anomalies',
  kinds: ['anomaly.found'],
  async handle(tx: Tx, event: StampedEvent): Promise<void> {
    const found = event.body as Found;
    const identity = identityOf(found.streamId, found.burst ? 'burst' : found.cause);
    const where = `${found.service} ${found.streamKind}`;
    const seen = found.burst
      ? `${found.burst.anomalies} of the last ${found.burst.events} events are anomalies`
      : found.summary;
    await observeFinding(tx, {
      kind: 'anomaly',
      identity,
      labels: { service: found.service, stream_kind: found.streamKind, anomaly: found.anomalyId, cause: found.cause },
      title: clip(found.burst ? `Burst of anomalies in ${where}` : `Anomaly in ${where}: ${found.summary}`),
      severity: found.severity,
      text: `${seen}; ${found.count === 1 ? 'see' : `${found.count} together, see`} ${found.anomalyId}${found.burst ? `: ${found.summary}` : ''}`,
      at: event.at,
    });
    const subject = JSON.stringify(identity);
    await setTimer(tx, { kind: TIMER_KIND, subject, dueAt: new Date(event.at.getTime() + QUIET_MS) });
  },
};

/** The end of what nobody has seen for a while. */
export function anomalyTimers(): Record<string, TimerHandler> {
  return {
    [TIMER_KIND]: async (tx, { subject, dueAt }) => {
      const identity = JSON.parse(subject) as Record<string, string>;
      await fixFinding(tx, { kind: 'anomaly', identity, text: 'Nothing like it for 15 minutes', at: dueAt });
    },
  };
}

function identityOf(stream: string, group: string): Record<string, string> {
  return { stream, group };
}

const clip = (text: string) =>
  (text.length > LONGEST_TITLE ? `${text.slice(0, LONGEST_TITLE - 1)}…` : text).toWellFormed();
