import type { IncidentStatus } from '../../contract/incident.ts';

/** Which statuses may follow. Work may go back to investigating from anywhere; nothing leaves `closed`. */
export const INCIDENT_TRANSITIONS: Record<IncidentStatus, readonly IncidentStatus[]> = {
  triage: ['investigating', 'identified', 'mitigated', 'monitoring', 'resolved'],
  investigating: ['identified', 'mitigated', 'monitoring', 'resolved'],
  identified: ['investigating', 'mitigated', 'monitoring', 'resolved'],
  mitigated: ['investigating', 'identified', 'monitoring', 'resolved'],
  monitoring: ['investigating', 'identified', 'mitigated', 'resolved'],
  resolved: ['investigating', 'closed'],
  closed: [],
};

export type ResolveEvidence = {
  findings: readonly { title: string; status: string }[];
  runs: readonly { title: string; status: string }[];
  /** A check step passed in a succeeded run of this incident, after its last change. */
  verifiedByRun: boolean;
};

const ENDED = ['succeeded', 'failed', 'cancelled', 'rolled-back', 'rollback-failed'];

/**
 * What holds a resolve back, in words; empty when it may be resolved. An incident is verified when what noticed the
 * trouble sees it gone, or, where nothing noticed it, when a run's check says so.
 */
export function resolveBlockers(evidence: ResolveEvidence): string[] {
  const open = evidence.findings
    .filter((finding) => finding.status === 'open')
    .map((finding) => `finding still open: ${finding.title}`);
  const active = evidence.runs
    .filter((run) => !ENDED.includes(run.status))
    .map((run) => `run ${run.status}: ${run.title}`);
  const verified = evidence.verifiedByRun || evidence.findings.some((finding) => finding.status === 'fixed');
  return [...open, ...active, ...(open.length === 0 && !verified ? ['no verification has passed'] : [])];
}
