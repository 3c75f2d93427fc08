import type { Run, RunStep, RunSummary } from '../../contract/run.ts';
import { cleanLine } from '../terminal/clean-text.ts';
import type { Output } from '../terminal/output.ts';
import { formatDuration, formatWhen } from '../terminal/times.ts';
import { stateCell, toneOfRun } from '../terminal/tones.ts';

export function printRuns(output: Output, runs: readonly RunSummary[], now: Date): void {
  output.printTable(
    [
      { title: 'RUN' },
      { title: 'STATUS' },
      { title: 'STARTED', optional: true },
      { title: 'BY', cutTo: 8, optional: true },
      { title: 'PROCEDURE', cutTo: 12 },
    ],
    runs.map((run) => [
      run.id,
      stateCell(output, toneOfRun(run.status), run.status),
      formatWhen(run.startedAt ?? run.createdAt, now),
      run.automatic ? 'automatic' : run.startedBy,
      `${run.runbook}#${run.procedure}`,
    ]),
  );
}

/** What it does, where it stands, what it waits for. */
export function printRun(output: Output, run: Run, now: Date): void {
  output.print(`${output.mark(toneOfRun(run.status))} ${output.bold(cleanLine(run.title))}  ${describeStatus(run)}`);
  output.printFacts(
    [
      ['Run', run.id],
      ['Runbook', `${run.runbook}#${run.procedure}`],
      [
        'Started',
        `${formatWhen(run.startedAt ?? run.createdAt, now)} by ${run.startedBy}${run.automatic ? ' (automatic)' : ''}${lengthOf(run)}`,
      ],
      [
        'Inputs',
        Object.entries(run.plan.inputs)
          .map(([name, value]) => `${name}=${value}`)
          .join('\n') || null,
      ],
      [
        'Choices',
        Object.entries(run.choices)
          .map(([group, option]) => `${group}=${option}`)
          .join('\n') || null,
      ],
      ['Incident', run.incidentId],
      ['Plan', `sha256 ${run.planHash.slice(0, 16)}`],
      ['Reason', run.reason],
    ],
    2,
  );
  output.print('');
  output.printTable(
    [
      { title: '' },
      { title: 'STEP', cutTo: 14 },
      { title: 'RISK', optional: true },
      { title: 'TOOK', optional: true },
      { title: 'TITLE', cutTo: 16 },
      { title: 'WHAT HAPPENED', cutTo: 12, optional: true },
    ],
    run.steps.map((step) => [
      stateCell(output, toneOfRun(step.status), step.status),
      step.id,
      step.risk ?? step.kind,
      tookOf(step),
      step.title,
      step.skipReason ?? step.attempts.at(-1)?.reason ?? '',
    ]),
  );
}

/** `waiting for approval`, `failed`. */
export function describeStatus(run: RunSummary): string {
  return run.waitingFor ? `${run.status} for ${WAITS[run.waitingFor] ?? run.waitingFor}` : run.status;
}

const WAITS: Readonly<Record<string, string>> = {
  approval: 'an approval',
  input: 'a value',
  choice: 'a choice',
  manual: 'somebody to do a step by hand',
  wait: 'its time to pass',
  decision: 'a decision about a step in doubt',
};

/** The commands by which a person lets the run go on; one per line, none when it goes on by itself. */
export function answersFor(run: Run): string[] {
  const step = run.steps.find((candidate) => candidate.status === 'waiting' || candidate.status === 'in-doubt');
  const action = run.plan.steps.find((candidate) => candidate.id === step?.id)?.action;
  if (run.status === 'paused') return [`holdfast run resume ${run.id}`];
  if (run.status === 'in-doubt' && step) {
    return [
      `holdfast run decide ${run.id} ${step.id} done --reason "…"      it took effect: go on after it`,
      `holdfast run decide ${run.id} ${step.id} retry --reason "…"     it did not: do it again`,
      `holdfast run decide ${run.id} ${step.id} failed --reason "…"    it failed: end the run`,
      `holdfast run decide ${run.id} ${step.id} rollback --reason "…"  undo what was done before it`,
    ];
  }
  if (run.status !== 'waiting') return [];
  if (run.waitingFor === 'approval') {
    const pending = run.approvals.find((approval) => approval.status === 'pending');
    return pending
      ? [`holdfast approval approve ${pending.id}`, `holdfast approval reject ${pending.id} --reason "…"`]
      : [];
  }
  if (action?.kind === 'input') return [`holdfast run answer ${run.id} --value "…"    ${action.name}: ${action.type}`];
  if (action?.kind === 'choice')
    return action.options.map(
      ({ option, label }) => `holdfast run answer ${run.id} --option ${option}    ${cleanLine(label)}`,
    );
  if (action?.kind === 'manual')
    return [`holdfast run answer ${run.id} --done`, `holdfast run answer ${run.id} --not-done --reason "…"`];
  return [];
}

function lengthOf(run: Run): string {
  if (!run.startedAt || !run.endedAt) return '';
  return `, took ${formatDuration(new Date(run.endedAt).getTime() - new Date(run.startedAt).getTime())}`;
}

function tookOf(step: RunStep): string {
  if (!step.startedAt) return '';
  if (!step.endedAt) return step.status === 'running' ? 'so far' : '';
  return formatDuration(new Date(step.endedAt).getTime() - new Date(step.startedAt).getTime());
}
