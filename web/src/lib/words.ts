import type { SeverityRank } from '../../../src/contract/common.ts';
import type { Finding } from '../../../src/contract/finding.ts';
import type { IncidentStatus, Page } from '../../../src/contract/incident.ts';
import type { Probe } from '../../../src/contract/probe.ts';
import type { AttemptStatus, RunStatus, StepStatus, WaitingFor } from '../../../src/contract/run.ts';
import type { BlockClass, Risk, StepKind } from '../../../src/contract/runbook.ts';
import type { LintFinding } from '../../../src/contract/runbook-lint.ts';
import type { StepChange } from '../../../src/contract/runbook-version.ts';

type LintSeverity = LintFinding['severity'];

/** What a state is to a person who looks: each tone has a colour, each state also a shape and a word. */
export type Tone = 'quiet' | 'active' | 'good' | 'bad' | 'ask' | 'doubt';
export type Shape =
  | 'ring'
  | 'turning'
  | 'tick'
  | 'cross'
  | 'hand'
  | 'question'
  | 'skip'
  | 'stop'
  | 'undo'
  | 'pause'
  | 'dot'
  | 'mute';
export type StateWords = { word: string; tone: Tone; shape: Shape };

export const RUN_STATES: Record<RunStatus, StateWords> = {
  queued: { word: 'Queued', tone: 'quiet', shape: 'ring' },
  running: { word: 'Running', tone: 'active', shape: 'turning' },
  waiting: { word: 'Waiting', tone: 'ask', shape: 'hand' },
  paused: { word: 'Paused', tone: 'ask', shape: 'pause' },
  'in-doubt': { word: 'In doubt', tone: 'doubt', shape: 'question' },
  cancelling: { word: 'Cancelling', tone: 'active', shape: 'turning' },
  'rolling-back': { word: 'Rolling back', tone: 'active', shape: 'undo' },
  succeeded: { word: 'Succeeded', tone: 'good', shape: 'tick' },
  failed: { word: 'Failed', tone: 'bad', shape: 'cross' },
  cancelled: { word: 'Cancelled', tone: 'quiet', shape: 'stop' },
  'rolled-back': { word: 'Rolled back', tone: 'quiet', shape: 'undo' },
  'rollback-failed': { word: 'Rollback failed', tone: 'bad', shape: 'cross' },
};

export const STEP_STATES: Record<StepStatus, StateWords> = {
  pending: { word: 'Not yet', tone: 'quiet', shape: 'ring' },
  running: { word: 'Running', tone: 'active', shape: 'turning' },
  waiting: { word: 'Waiting', tone: 'ask', shape: 'hand' },
  'in-doubt': { word: 'In doubt', tone: 'doubt', shape: 'question' },
  succeeded: { word: 'Done', tone: 'good', shape: 'tick' },
  failed: { word: 'Failed', tone: 'bad', shape: 'cross' },
  skipped: { word: 'Skipped', tone: 'quiet', shape: 'skip' },
  cancelled: { word: 'Not run', tone: 'quiet', shape: 'stop' },
  'rolling-back': { word: 'Rolling back', tone: 'active', shape: 'undo' },
  'rolled-back': { word: 'Rolled back', tone: 'quiet', shape: 'undo' },
  'rollback-failed': { word: 'Rollback failed', tone: 'bad', shape: 'cross' },
};

export const ATTEMPT_WORDS: Record<AttemptStatus, string> = {
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  'in-doubt': 'in doubt',
  lost: 'lost',
};

export const WAITING_WORDS: Record<WaitingFor, string> = {
  approval: 'Waits for approval',
  input: 'Waits for a value',
  choice: 'Waits for a choice',
  manual: 'Waits for work by hand',
  wait: 'Waits for its time',
  decision: 'Waits for a decision',
};

export const INCIDENT_STATES: Record<IncidentStatus, StateWords> = {
  triage: { word: 'Triage', tone: 'bad', shape: 'dot' },
  investigating: { word: 'Investigating', tone: 'ask', shape: 'dot' },
  identified: { word: 'Identified', tone: 'ask', shape: 'dot' },
  mitigated: { word: 'Mitigated', tone: 'active', shape: 'dot' },
  monitoring: { word: 'Monitoring', tone: 'active', shape: 'dot' },
  resolved: { word: 'Resolved', tone: 'good', shape: 'tick' },
  closed: { word: 'Closed', tone: 'quiet', shape: 'stop' },
};

/** The button that sets each status. */
export const STATUS_VERBS: Record<IncidentStatus, string> = {
  triage: 'Back to triage',
  investigating: 'Investigate',
  identified: 'Cause identified',
  mitigated: 'Mitigated',
  monitoring: 'Monitor',
  resolved: 'Resolve',
  closed: 'Close',
};

export const FINDING_STATES: Record<Finding['status'], StateWords> = {
  open: { word: 'Open', tone: 'bad', shape: 'dot' },
  muted: { word: 'Muted', tone: 'quiet', shape: 'mute' },
  accepted: { word: 'Accepted', tone: 'quiet', shape: 'tick' },
  fixed: { word: 'Fixed', tone: 'good', shape: 'tick' },
};

export const FINDING_KINDS: Record<Finding['kind'], string> = {
  breach: 'Breach',
  drift: 'Drift',
  anomaly: 'Anomaly',
  violation: 'Violation',
};

export const PAGE_STATES: Record<Page['state'], StateWords> = {
  queued: { word: 'Queued', tone: 'quiet', shape: 'ring' },
  sending: { word: 'Sending', tone: 'active', shape: 'turning' },
  sent: { word: 'Sent', tone: 'active', shape: 'tick' },
  uncertain: { word: 'Uncertain', tone: 'ask', shape: 'question' },
  delivered: { word: 'Delivered', tone: 'active', shape: 'tick' },
  acked: { word: 'Acknowledged', tone: 'good', shape: 'tick' },
  failed: { word: 'Failed', tone: 'bad', shape: 'cross' },
  cancelled: { word: 'Cancelled', tone: 'quiet', shape: 'stop' },
};

export const PROBE_STATES: Record<Probe['state'], StateWords> = {
  unknown: { word: 'Not asked yet', tone: 'quiet', shape: 'ring' },
  healthy: { word: 'Healthy', tone: 'good', shape: 'tick' },
  failing: { word: 'Failing', tone: 'bad', shape: 'cross' },
};

export const RISK_WORDS: Record<Risk, { tone: Tone; means: string }> = {
  read: { tone: 'quiet', means: 'observes only' },
  check: { tone: 'quiet', means: 'observes and decides' },
  change: { tone: 'ask', means: 'changes something that can be changed back' },
  destroy: { tone: 'bad', means: 'loses data, traffic or access' },
};

export const CLASS_WORDS: Record<BlockClass, { tone: Tone; means: string }> = {
  ...RISK_WORDS,
  opaque: { tone: 'bad', means: 'cannot be read, so it is treated as destroy' },
  config: { tone: 'quiet', means: 'configuration, nothing to run' },
  template: { tone: 'quiet', means: 'a text to fill in' },
  sample: { tone: 'quiet', means: 'example output' },
  other: { tone: 'quiet', means: 'nothing to run' },
};

export const KIND_WORDS: Record<StepKind, string> = {
  shell: 'shell',
  sql: 'SQL',
  http: 'HTTP',
  check: 'probe',
  wait: 'wait',
  approval: 'approval',
  input: 'input',
  choice: 'choice',
  manual: 'by hand',
  notify: 'notice',
  'metric-gate': 'metric gate',
  template: 'message to fill',
  parallel: 'at the same time',
  foreach: 'for each item',
  subrunbook: 'another runbook',
  lock: 'lock',
};

export const LINT_WORDS: Record<LintSeverity, { word: string; tone: Tone }> = {
  error: { word: 'Error', tone: 'bad' },
  warning: { word: 'Warning', tone: 'ask' },
};

/** Which way a change moves what a runbook may do; the arrow says it without colour. */
export const RISK_CHANGES: Record<StepChange['risk'], { word: string; arrow: string; tone: Tone }> = {
  riskier: { word: 'Riskier', arrow: '▲', tone: 'bad' },
  safer: { word: 'Safer', arrow: '▽', tone: 'good' },
  same: { word: 'Same risk', arrow: '=', tone: 'quiet' },
};

/** What a rank is called where no severity scheme is at hand. */
export const RANK_WORDS: Record<SeverityRank, string> = { 1: 'Critical', 2: 'High', 3: 'Medium', 4: 'Low' };
