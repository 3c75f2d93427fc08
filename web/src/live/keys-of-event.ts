import type { QueryKey } from '@tanstack/react-query';
import type { Event } from '../../../src/contract/events.ts';

type KeysOf = (body: Record<string, unknown>) => QueryKey[];

const ofIncident: KeysOf = (body) => [
  ['incidents', 'list'],
  ...(typeof body['incidentId'] === 'string'
    ? [
        ['incidents', 'one'],
        ['incidents', 'timeline'],
        ['incidents', 'escalations'],
        ['incidents', 'postmortem'],
      ]
    : []),
];
const ofRun: KeysOf = (body) => [
  ['runs', 'list'],
  ...(typeof body['runId'] === 'string' ? [['runs', 'one', body['runId']]] : []),
  // What a run does is told by its incident too, and may change its status.
  ...ofIncident({ incidentId: 'any' }),
];

/** Which queries an event makes old, by the first word of its kind. */
const KEYS: Readonly<Record<string, KeysOf>> = {
  probe: () => [['probes']],
  finding: (body) => [['findings'], ...ofIncident({ incidentId: body['incidentId'] ?? 'any' })],
  anomaly: () => [['anomalies'], ['streams']],
  stream: () => [['streams']],
  incident: ofIncident,
  escalation: ofIncident,
  oncall: () => [['oncall']],
  page: (body) => [['inbox'], ...ofIncident(body)],
  runbook: () => [
    ['runbooks', 'list'],
    ['runbooks', 'one'],
    ['runbooks', 'lint'],
    ['runbooks', 'search'],
    ['runbooks/versions'],
  ],
  run: ofRun,
  step: ofRun,
  approval: (body) => [['approvals'], ...ofRun(body)],
  'status-page': () => [['status-page']],
  user: () => [['users'], ['session']],
  key: () => [['keys']],
};

/** The keys of all queries whose answer may differ after this event. Administrators' audit list is kept fresh by any. */
export function keysOfEvent(event: Pick<Event, 'kind' | 'body'>): QueryKey[] {
  const keys = KEYS[event.kind.split('.')[0] ?? '']?.(event.body) ?? [];
  return [...keys, ['audit', 'list']];
}
