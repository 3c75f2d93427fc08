import type { IncidentSummary } from '../../../../src/contract/incident.ts';
import { Age } from '../../components/time.tsx';
import { formatDuration, formatSpan } from '../../lib/format-time.ts';
import { useTicking } from '../../lib/use-ticking.ts';

/** The clock against the response time of the severity. */
export function ResponseClock({ incident }: { incident: IncidentSummary }) {
  const { severity, openedAt, acknowledgedAt, resolvedAt } = incident;
  const openedMs = Date.parse(openedAt);
  const limitMs = severity.respondWithinMs;
  if (acknowledgedAt) {
    const tookMs = Date.parse(acknowledgedAt) - openedMs;
    const late = limitMs !== null && tookMs > limitMs;
    return (
      <span className={late ? 'text-bad' : undefined}>
        Answered after {formatSpan(tookMs)}
        {limitMs === null ? '' : late ? `, late: ${formatDuration(limitMs)} allowed` : ` of ${formatDuration(limitMs)}`}
      </span>
    );
  }
  if (resolvedAt) return <>Resolved after {formatSpan(Date.parse(resolvedAt) - openedMs)}, never acknowledged</>;
  if (limitMs === null) {
    return (
      <>
        Open for <Age since={openedAt} />, no response time
      </>
    );
  }
  return <RunningClock openedMs={openedMs} limitMs={limitMs} />;
}

function RunningClock({ openedMs, limitMs }: { openedMs: number; limitMs: number }) {
  const text = useTicking((nowMs) => {
    const leftMs = openedMs + limitMs - nowMs;
    return leftMs >= 0
      ? `${formatSpan(leftMs)} left to answer (${formatDuration(limitMs)})`
      : `Overdue by ${formatSpan(-leftMs)} (${formatDuration(limitMs)} to answer)`;
  });
  return (
    <span className={text.startsWith('Overdue') ? 'font-semibold text-bad' : 'font-semibold text-ask'}>{text}</span>
  );
}
