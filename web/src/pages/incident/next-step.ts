import type { Incident } from '../../../../src/contract/incident.ts';
import type { Approval, RunSummary, WaitingFor } from '../../../../src/contract/run.ts';
import type { Tone } from '../../lib/words.ts';

/** What happens next with an incident, and where a person can act. */
export type NextStep = {
  tone: Tone;
  text: string;
  /** The run to look at, with the words of its link. */
  run: { id: string; action: string } | null;
};

const ASKS: Partial<Record<WaitingFor, { text: string; action: string }>> = {
  approval: { text: 'waits for approval', action: 'Review and approve' },
  input: { text: 'waits for a value', action: 'Answer' },
  choice: { text: 'waits for a choice', action: 'Choose' },
  manual: { text: 'waits for work by hand', action: 'See what to do' },
};

const isWorking = (run: RunSummary) =>
  ['queued', 'running', 'cancelling', 'rolling-back'].includes(run.status) ||
  (run.status === 'waiting' && (run.waitingFor === 'wait' || run.waitingFor === null));

/**
 * The one thing to say first: what needs a person before what goes on by itself.
 * @param approvals pending ones; they tell what exactly a run waits for
 */
export function nextStepOf(incident: Incident, approvals: readonly Approval[] = []): NextStep {
  const { runs, status } = incident;
  if (status === 'closed') return { tone: 'quiet', text: 'Closed. Nothing is left to do.', run: null };
  const doubtful = runs.find((run) => run.status === 'in-doubt');
  if (doubtful) {
    return {
      tone: 'doubt',
      text: `A step of “${doubtful.title}” is in doubt: somebody must say what happened.`,
      run: { id: doubtful.id, action: 'Decide' },
    };
  }
  for (const run of runs) {
    const asks = run.status === 'waiting' && run.waitingFor ? ASKS[run.waitingFor] : undefined;
    if (!asks) continue;
    const effect = approvals.find((approval) => approval.runId === run.id)?.effect;
    const text = effect
      ? `Approval needed: “${effect.title}”${effect.target ? ` on ${effect.target}` : ''}.`
      : `“${run.title}” ${asks.text}.`;
    return { tone: 'ask', text, run: { id: run.id, action: asks.action } };
  }
  const paused = runs.find((run) => run.status === 'paused');
  if (paused) return { tone: 'ask', text: `“${paused.title}” is paused.`, run: { id: paused.id, action: 'Resume' } };
  const working = runs.find(isWorking);
  if (working) {
    return { tone: 'active', text: `“${working.title}” is at work.`, run: { id: working.id, action: 'Follow' } };
  }
  if (status === 'resolved') {
    return { tone: 'good', text: 'Resolved. Close it when nothing is left to do.', run: null };
  }
  if (incident.resolveBlockers.length === 0) {
    return { tone: 'good', text: 'Verified healthy: it can be resolved.', run: null };
  }
  const failed = runs[0];
  if (failed && ['failed', 'rollback-failed'].includes(failed.status)) {
    return {
      tone: 'bad',
      text: `“${failed.title}” failed, and nothing else is under way.`,
      run: { id: failed.id, action: 'See why' },
    };
  }
  return {
    tone: 'bad',
    text: incident.acknowledgedAt
      ? 'No run is under way: start a runbook, or work on it by hand.'
      : 'Nobody has it yet, and no run is under way.',
    run: null,
  };
}

/** Who has it: the commander, else whoever acknowledged; null when nobody does. */
export function ownerOf(incident: Pick<Incident, 'roles' | 'acknowledgedBy'>): string | null {
  return incident.roles['commander'] ?? incident.acknowledgedBy;
}
