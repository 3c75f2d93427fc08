import type { Incident } from '../../../../src/contract/incident.ts';

const MINUTE_MS = 60_000;
const PHASES: Readonly<Record<Incident['phase']['name'], string>> = {
  respond: 'Respond',
  mitigate: 'Mitigate',
  resolve: 'Resolve',
};

/** Where the response is by the clock: `Mitigate, 5–30 min`. */
export function phaseWords({ name, fromMs, untilMs }: Incident['phase']): string {
  const from = fromMs / MINUTE_MS;
  return `${PHASES[name]}, ${untilMs === null ? `${from}+` : `${from}–${untilMs / MINUTE_MS}`} min`;
}
