import type { Finding } from '../../src/contract/finding.ts';
import type { Risk } from '../../src/contract/runbook.ts';

type Raw = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
const sha256 = (value: unknown): string | undefined => {
  const given = text(value);
  return given && /^[0-9a-f]{7,64}$/.test(given) ? given : undefined;
};
const moment = (value: unknown): string | undefined => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
};
const oneOf = <Value extends string>(value: unknown, values: readonly Value[]): Value | undefined =>
  values.find((candidate) => candidate === value);
/**
 * What was not understood is undefined rather than absent: the router lays these over what the address says, and what is
 * absent would stay as it came.
 */
const given = <Fields extends Raw>(fields: Fields) => fields as { [Name in keyof Fields]?: Fields[Name] };

/** The contract's own list would bring its checker into the first page. */
const RISKS: readonly Risk[] = ['read', 'check', 'change', 'destroy'];

/** Where to go after signing in: a path of this site, never another one's. */
export const signIn = (raw: Raw) => {
  const next = text(raw['next']);
  return given({ next: next && /^\/(?![/\\])/.test(next) ? next : undefined });
};

export const INCIDENT_VIEWS = ['open', 'over', 'all'] as const;
export const incidents = (raw: Raw) => given({ show: oneOf(raw['show'], INCIDENT_VIEWS) });

/** `zone` and `weeks` are of the schedules; `policy`, `rank` and `team` of the preview. */
export const measures = (raw: Raw) => given({ days: [7, 30, 90, 365].find((days) => days === Number(raw['days'])) });

export const onCall = (raw: Raw) =>
  given({
    show: oneOf(raw['show'], ['schedules', 'teams', 'policies'] as const),
    zone: oneOf(raw['zone'], ['schedule'] as const),
    weeks: [2, 4].find((weeks) => weeks === Number(raw['weeks'])),
    policy: text(raw['policy']),
    rank: [1, 2, 3, 4].find((rank) => rank === Number(raw['rank'])),
    team: text(raw['team']),
  });

export const FINDING_VIEWS = ['open', 'muted', 'accepted', 'fixed', 'all'] as const satisfies readonly (
  | Finding['status']
  | 'all'
)[];
export const findings = (raw: Raw) =>
  given({
    show: oneOf(raw['show'], FINDING_VIEWS),
    rank: [1, 2, 3, 4].find((rank) => rank === Number(raw['rank'])),
  });

export const ANOMALY_VIEWS = ['all', 'none', 'normal', 'confirmed'] as const;
export const anomalies = (raw: Raw) =>
  given({
    show: oneOf(raw['show'], ANOMALY_VIEWS),
    rank: [1, 2, 3, 4].find((rank) => rank === Number(raw['rank'])),
  });

export const STREAM_VIEWS = ['all', 'logs', 'metrics', 'traces'] as const;
export const streams = (raw: Raw) => given({ show: oneOf(raw['show'], STREAM_VIEWS) });

/** The stretch of time the chart shows; both or none. */
export const stream = (raw: Raw) => {
  const from = moment(raw['from']);
  const to = moment(raw['to']);
  return given(from && to && from < to ? { from, to } : { from: undefined, to: undefined });
};

export const ALERT_VIEWS = ['firing', 'silences'] as const;
export const alerts = (raw: Raw) => given({ show: oneOf(raw['show'], ALERT_VIEWS) });

export const RUN_VIEWS = ['active', 'waiting', 'failed', 'succeeded', 'all'] as const;
export const runs = (raw: Raw) => given({ show: oneOf(raw['show'], RUN_VIEWS), runbook: text(raw['runbook']) });

export const startRun = (raw: Raw) =>
  given({
    runbook: text(raw['runbook']),
    procedure: text(raw['procedure']),
    incident: text(raw['incident']),
    from: text(raw['from']),
    environment: text(raw['environment']),
    dry: oneOf(raw['dry'], ['yes'] as const),
  });

export const RUNBOOK_FACETS = ['errors', 'warnings', 'clean'] as const;
export const runbooks = (raw: Raw) =>
  given({ q: text(raw['q']), risk: oneOf(raw['risk'], RISKS), lint: oneOf(raw['lint'], RUNBOOK_FACETS) });

export const RUNBOOK_VIEWS = ['findings', 'versions'] as const;
/** `version` is an older text of the document; `from` and `to` are the versions that are compared. */
export const runbook = (raw: Raw) =>
  given({
    show: oneOf(raw['show'], RUNBOOK_VIEWS),
    severity: oneOf(raw['severity'], ['error', 'warning'] as const),
    version: sha256(raw['version']),
    from: sha256(raw['from']),
    to: sha256(raw['to']),
  });

export const audit = (raw: Raw) => given({ kind: text(raw['kind']), actor: text(raw['actor']) });
