import type { Incident } from '../../contract/incident.ts';

const MINUTE_MS = 60_000;

/** Responding at once, then making it stop hurting, then finding out why and putting it right. */
const PHASES = [
  { name: 'respond', fromMs: 0, untilMs: 5 * MINUTE_MS },
  { name: 'mitigate', fromMs: 5 * MINUTE_MS, untilMs: 30 * MINUTE_MS },
  { name: 'resolve', fromMs: 30 * MINUTE_MS, untilMs: null },
] as const satisfies readonly Omit<Incident['phase'], 'elapsedMs'>[];

/** Which phase of the response an incident is in by the clock, or was in when it was resolved. */
export function phaseOf(incident: { openedAt: Date; resolvedAt: Date | null }, now: Date): Incident['phase'] {
  const elapsedMs = Math.max(0, (incident.resolvedAt ?? now).getTime() - incident.openedAt.getTime());
  const phase = PHASES.find(({ untilMs }) => untilMs === null || elapsedMs < untilMs) ?? PHASES[2];
  return { ...phase, elapsedMs };
}
