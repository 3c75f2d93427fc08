import type { IncidentStatus } from '../../contract/incident.ts';
import type { RunStatus, StepStatus } from '../../contract/run.ts';
import type { Output, Tone } from './output.ts';
import type { Cell } from './render-table.ts';

const RUN_TONES: Readonly<Record<RunStatus | StepStatus, Tone>> = {
  pending: 'plain',
  queued: 'plain',
  running: 'plain',
  waiting: 'asks',
  paused: 'asks',
  'in-doubt': 'asks',
  cancelling: 'plain',
  'rolling-back': 'plain',
  succeeded: 'good',
  failed: 'bad',
  skipped: 'plain',
  cancelled: 'bad',
  'rolled-back': 'bad',
  'rollback-failed': 'bad',
};

const INCIDENT_TONES: Readonly<Record<IncidentStatus, Tone>> = {
  triage: 'bad',
  investigating: 'asks',
  identified: 'asks',
  mitigated: 'asks',
  monitoring: 'asks',
  resolved: 'good',
  closed: 'good',
};

export const toneOfRun = (status: RunStatus | StepStatus): Tone => RUN_TONES[status] ?? 'plain';
export const toneOfIncident = (status: IncidentStatus): Tone => INCIDENT_TONES[status] ?? 'plain';

/** A state as a table shows it: mark, word, colour. */
export function stateCell(output: Output, tone: Tone, text: string): Cell {
  return { text: `${output.symbols[tone]} ${text}`, paint: (shown) => output.tint(tone, shown) };
}
