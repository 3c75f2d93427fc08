import type {
  Plan,
  PlannedStep,
  Risk,
  RunbookDocument,
  RunbookProcedure,
  RunbookStep,
} from '../../contract/runbook.ts';
import { cleanLine, cleanText } from '../terminal/clean-text.ts';
import type { Output, Tone } from '../terminal/output.ts';
import type { Cell } from '../terminal/render-table.ts';
import { count, formatDuration } from '../terminal/times.ts';

const RISK_TONES: Readonly<Record<Risk, Tone>> = { read: 'plain', check: 'plain', change: 'asks', destroy: 'bad' };
const BODY_LINES_SHOWN = 3;

type Listed = {
  path: string;
  title: string;
  procedures: { slug: string; title: string; severity: string | null; steps: number }[];
  problem: string | null;
};

export function printRunbooks(output: Output, runbooks: readonly Listed[]): void {
  output.printTable(
    [
      { title: '' },
      { title: 'RUNBOOK', cutTo: 18 },
      { title: 'PROCEDURES', align: 'right' },
      { title: 'STEPS', align: 'right', optional: true },
      { title: 'TITLE', cutTo: 14 },
    ],
    runbooks.map(({ path, title, procedures, problem }) => [
      {
        text: output.symbols[problem ? 'bad' : 'plain'],
        paint: (text) => output.tint(problem ? 'bad' : 'plain', text),
      },
      path,
      problem ? '' : String(procedures.length),
      problem ? '' : String(procedures.reduce((sum, procedure) => sum + procedure.steps, 0)),
      problem ?? title,
    ]),
  );
}

/** What was read from a document: inputs, procedures, steps with what they would do. */
export function printRunbook(output: Output, document: RunbookDocument, procedures: readonly RunbookProcedure[]): void {
  output.print(output.bold(cleanLine(document.title)));
  output.printFacts(
    [
      ['File', document.file],
      ['sha256', document.sha256.slice(0, 16)],
    ],
    2,
  );
  const used = new Set(procedures.flatMap(stepsOf).flatMap((step) => step.inputs));
  const inputs = document.inputs.filter((input) => used.has(input.name));
  if (inputs.length > 0) {
    output.print('');
    output.printTable(
      [
        { title: 'INPUT', cutTo: 16 },
        { title: 'TYPE' },
        { title: '' },
        { title: 'DEFAULT', cutTo: 12, optional: true },
      ],
      inputs.map((input) => [input.name, input.type, input.required ? 'required' : 'optional', input.default ?? '']),
    );
  }
  for (const procedure of procedures) {
    const facts = [
      procedure.severity,
      procedure.responseWithinMs === null ? null : `within ${formatDuration(procedure.responseWithinMs)}`,
    ].filter((fact) => fact !== null);
    output.print(
      `\n${output.bold(cleanLine(procedure.title))}  ${output.dim(`#${procedure.slug}${facts.length > 0 ? ` · ${facts.join(' · ')}` : ''} · line ${procedure.line}`)}`,
    );
    if (stepsOf(procedure).length === 0) output.print('  nothing to run');
    for (const phase of procedure.phases) {
      if (phase.steps.length === 0) continue;
      if (phase.title !== null) output.print(`  ${cleanLine(phase.title)}`);
      output.printTable(
        STEP_COLUMNS,
        phase.steps.map((step) => stepCells(output, step)),
      );
    }
  }
}

const STEP_COLUMNS = [
  { title: '  LINE', align: 'right' as const },
  { title: 'RISK' },
  { title: 'KIND', optional: true },
  { title: 'TITLE', cutTo: 26 },
  { title: 'WHY', cutTo: 16, optional: true },
];

function stepCells(output: Output, step: RunbookStep): Cell[] {
  const number = step.number ? `${step.number}. ` : '';
  const ways = [...(step.ways ?? []), ...(step.choice ? [step.choice] : [])];
  const option = ways.length > 0 ? `[${ways.map((way) => way.label).join(', ')}] ` : '';
  return [
    String(step.line),
    riskCell(output, step.risk),
    step.kind,
    `${number}${option}${step.title}`,
    step.reason ?? '',
  ];
}

function riskCell(output: Output, risk: Risk | null): Cell {
  return risk === null ? 'asks' : { text: risk, paint: (text) => output.tint(RISK_TONES[risk], text) };
}

function stepsOf(procedure: RunbookProcedure): RunbookStep[] {
  return procedure.phases.flatMap((phase) => phase.steps);
}

/** What a run would do, in order, with the values filled in where they are known. */
export function printPlan(output: Output, plan: Plan, options: { full: boolean }): void {
  output.print(output.bold(cleanLine(plan.procedureTitle)));
  output.printFacts(
    [
      ['Runbook', `${plan.runbook}#${plan.procedure}`],
      ['Plan', `sha256 ${plan.planHash.slice(0, 16)}, ${count(plan.steps.length, 'step')}`],
      [
        'Inputs',
        Object.entries(plan.inputs)
          .map(([name, value]) => `${name}=${value}`)
          .join('\n') || null,
      ],
      [
        'Missing',
        plan.missingInputs.length > 0
          ? plan.missingInputs.map((name) => `${name} (${plan.inputTypes[name] ?? 'string'})`).join(', ')
          : null,
      ],
    ],
    2,
  );
  for (const [index, step] of plan.steps.entries()) printPlannedStep(output, step, index, options);
  if (plan.helpers.length > 0) output.print(`\n${output.dim('Only where a step has to be verified or undone:')}`);
  for (const step of plan.helpers) printPlannedStep(output, step, null, options);
}

/** True for a step that only has others behind it: the limits are theirs. */
function hasSteps({ action }: PlannedStep): boolean {
  return action.kind === 'parallel' || action.kind === 'foreach' || action.kind === 'subrunbook';
}

function printPlannedStep(output: Output, step: PlannedStep, index: number | null, { full }: { full: boolean }): void {
  const risk = step.risk ?? 'asks';
  const facts = [
    step.kind,
    step.within ? `part of ${step.within}` : null,
    step.approvals > 0 ? `needs ${count(step.approvals, 'approval')}${step.within ? ' (asked for as one)' : ''}` : null,
    ...[...(step.ways ?? []), ...(step.when ? [step.when] : [])].map(
      ({ group, option }) => `only when ${group} is ${option}`,
    ),
    step.target ? `on ${step.target}` : null,
    step.rollback ? `undone by ${step.rollback}` : null,
    step.verify ? `verified by ${step.verify}` : null,
    step.retry.attempts > 1
      ? `tried ${step.retry.attempts} times, ${formatDuration(step.retry.delayMs)} between`
      : null,
    step.lock ? `holds the lock ${step.lock}` : null,
    step.environment ? `in ${step.environment}` : null,
    step.secrets ? `given ${step.secrets.join(', ')}` : null,
    hasSteps(step) ? null : `limit ${formatDuration(step.timeoutMs)}`,
    step.bound ? `bounded: ${step.bound.why}` : null,
  ].filter((fact) => fact !== null);
  const place = index === null ? '' : `${index + 1}. `;
  output.print(
    `\n${place}${output.bold(cleanLine(step.title))}  ${output.tint(step.risk ? RISK_TONES[step.risk] : 'plain', risk)}`,
  );
  output.printFacts([[step.id, facts.join(' · ')]], 3);
  const lines = cleanText(step.bound?.body ?? step.body)
    .trimEnd()
    .split('\n')
    .filter((line, at, all) => line !== '' || all.length > 1);
  const shown = full ? lines : lines.slice(0, BODY_LINES_SHOWN);
  for (const line of shown) output.print(`     ${line}`.trimEnd());
  if (shown.length < lines.length)
    output.print(output.dim(`     ${output.ellipsis} ${count(lines.length - shown.length, 'more line')} (--full)`));
}
