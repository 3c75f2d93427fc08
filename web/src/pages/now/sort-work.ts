import type { Finding } from '../../../../src/contract/finding.ts';
import type { IncidentSummary } from '../../../../src/contract/incident.ts';
import type { Probe } from '../../../../src/contract/probe.ts';
import type { RunSummary } from '../../../../src/contract/run.ts';

/** Worst first; of two equally bad ones the one nobody has, then the older. */
export function sortIncidents(incidents: readonly IncidentSummary[]): IncidentSummary[] {
  return incidents.toSorted(
    (left, right) =>
      left.severity.rank - right.severity.rank ||
      Number(left.acknowledgedAt !== null) - Number(right.acknowledgedAt !== null) ||
      left.openedAt.localeCompare(right.openedAt),
  );
}

/** Open findings that no open incident tells already, worst first. */
export function looseFindings(findings: readonly Finding[], incidents: readonly IncidentSummary[]): Finding[] {
  const told = new Set(incidents.map((incident) => incident.id));
  return findings
    .filter((finding) => finding.incidentId === null || !told.has(finding.incidentId))
    .toSorted((left, right) => left.severity - right.severity || left.openedAt.localeCompare(right.openedAt));
}

/** Runs that need a person (doubt first) and runs that go on by themselves. Approvals are told by themselves. */
export function splitRuns(runs: readonly RunSummary[]): { asking: RunSummary[]; working: RunSummary[] } {
  const asks = (run: RunSummary) =>
    run.status === 'in-doubt' ||
    run.status === 'paused' ||
    (run.status === 'waiting' && run.waitingFor !== 'wait' && run.waitingFor !== 'approval');
  const waitsForApproval = (run: RunSummary) => run.status === 'waiting' && run.waitingFor === 'approval';
  return {
    asking: runs
      .filter(asks)
      .toSorted((left, right) => Number(right.status === 'in-doubt') - Number(left.status === 'in-doubt')),
    working: runs.filter((run) => !asks(run) && !waitsForApproval(run)),
  };
}

export type ProbeSummary = { all: number; healthy: number; failing: number; lastCheckedAt: string | null };

export function summarizeProbes(probes: readonly Probe[]): ProbeSummary {
  const checked = probes.flatMap((probe) => (probe.lastCheckedAt ? [probe.lastCheckedAt] : [])).toSorted();
  return {
    all: probes.length,
    healthy: probes.filter((probe) => probe.state === 'healthy').length,
    failing: probes.filter((probe) => probe.state === 'failing').length,
    lastCheckedAt: checked.at(-1) ?? null,
  };
}
