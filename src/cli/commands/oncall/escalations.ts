import type { Command } from 'commander';
import type { Escalation, PolicyPreview } from '../../../contract/escalation.ts';
import type { EscalationTarget, EscalationTrigger, PolicySpec } from '../../../contract/oncall.ts';
import { EXIT } from '../../../platform/errors/exit-code.ts';
import { route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import { parseRank } from '../../options/parse-values.ts';
import type { Output } from '../../terminal/output.ts';
import { count, formatDate, formatWhen } from '../../terminal/times.ts';

type Definition = { name: string; spec: PolicySpec; version: number };
const ID = ['<incident>', 'number (INC-…) or id of the incident'] as const;

/** Policies, and what they do to an incident. */
export function defineEscalations(command: Command, context: CliContext): void {
  const policies = command
    .command('policies')
    .argument('[policy]', 'only this one, whole')
    .description('Escalation policies, those that ship included');
  addExamples(policies, 'holdfast oncall policies', 'holdfast oncall policies architect');
  policies.action(async (name: string | undefined) => {
    const output = context.output();
    const api = await context.api();
    if (name !== undefined) {
      const found = await api.get<Definition>(route`/api/v1/escalation-policies/${name}`);
      if (output.json) return output.printJson(found);
      return printPolicy(output, found);
    }
    const page = await api.get<Page<Definition>>('/api/v1/escalation-policies');
    if (output.json) return output.printJson(page);
    output.printTable(
      [
        { title: 'POLICY' },
        { title: 'STEPS', align: 'right' },
        { title: 'FROM' },
        { title: 'ABOUT', cutTo: 12, optional: true },
      ],
      page.items.map(({ name: policy, spec, version }) => [
        policy,
        String(spec.steps.length),
        version === 0 ? 'ships' : `version ${version}`,
        spec.description ?? '',
      ]),
    );
    output.suggest(`Read one: holdfast oncall policies ${page.items[0]!.name}`);
  });

  const preview = command
    .command('preview')
    .argument('<policy>', 'name of the policy')
    .description('Whom a policy would tell of an incident that opened now, and when; exit code 1 where it finds nobody')
    .option('--severity <rank>', 'of an incident of this rank (default: 1)', parseRank)
    .option('--team <name>', 'whose roles it means')
    .option('--scheme <name>', 'whose response times; those of the team unless given');
  addExamples(
    preview,
    'holdfast oncall preview architect --team platform',
    'holdfast oncall preview architect --team platform --severity 3',
  );
  preview.action(async (name: string, query: { severity?: number; team?: string; scheme?: string }) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<PolicyPreview>>(
      route`/api/v1/escalation-policies/${name}/preview`,
      query,
    );
    if (page.items.some((step) => step.missing.length > 0)) context.setExitCode(EXIT.found);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) output.print('It tells nobody of such an incident.');
    const now = new Date();
    output.printFacts(
      page.items.map((step): [string, string] => [
        formatWhen(step.dueAt, now),
        [
          `${step.name}${step.round > 0 ? `, round ${step.round + 1}` : ''}`,
          ...[...step.users, ...step.channels].map((who) => `${output.symbols.good} ${who}`),
          ...step.others.map((other) => `${output.symbols.asks} ${other}`),
          ...step.missing.map((what) => `${output.symbols.bad} ${what}`),
        ].join('\n'),
      ]),
    );
    output.suggest('Everything that is missing: holdfast oncall check');
  });

  const list = command
    .command('escalations')
    .argument(...ID)
    .description('How an incident is escalated: what fired, and what will');
  addExamples(list, 'holdfast oncall escalations INC-20260301-001').action(async (id: string) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<Escalation>>(route`/api/v1/incidents/${id}/escalations`);
    if (output.json) return output.printJson(page);
    printEscalations(output, page.items);
    output.suggest(`Do not wait: holdfast oncall escalate ${id}`);
  });

  const now = command
    .command('escalate')
    .argument(...ID)
    .description('The next step now; begins a policy where none is running')
    .option('--policy <name>', 'which, where none is running')
    .option('--team <name>', 'whose roles it means')
    .option('--reason <text>', 'a word for the timeline');
  addExamples(
    now,
    'holdfast oncall escalate INC-20260301-001 --reason "nobody answers the phone"',
    'holdfast oncall escalate INC-20260301-001 --policy architect --team platform',
  );
  now.action(async (id: string, body: { policy?: string; team?: string; reason?: string }) => {
    const output = context.output();
    const page = await (await context.api()).send<Page<Escalation>>('POST', route`/api/v1/incidents/${id}/escalate`, {
      body,
    });
    if (output.json) return output.printJson(page);
    printEscalations(output, page.items.slice(-1));
    output.suggest(`The pages: holdfast incident show ${id}`);
  });
}

function printPolicy(output: Output, { name, spec, version }: Definition): void {
  output.print(`${output.bold(name)}${version === 0 ? ' (ships with Holdfast)' : ` (version ${version})`}`);
  output.printFacts(
    [
      ['About', spec.description ?? null],
      ...spec.steps.map((step): [string, string] => [
        step.name,
        [
          step.when.map(describeTrigger).join(', or ') +
            (step.severities ? `, rank ${step.severities.join(' or ')} only` : ''),
          ...(step.to.length > 0 ? [`tells ${step.to.map(describeTarget).join(', ')}`] : []),
          ...step.do.flatMap((action) =>
            action === 'page' ? [] : Object.entries(action).map(([kind, text]) => `${kind}: ${text}`),
          ),
        ].join('\n'),
      ]),
      ['Repeats', spec.repeat ? `${count(spec.repeat.times, 'time')}, every ${spec.repeat.every}` : null],
      ['Fallback', spec.fallback.length > 0 ? spec.fallback.map(describeTarget).join(', ') : null],
    ],
    2,
  );
  output.suggest(`Begin it by hand: holdfast oncall escalate INCIDENT --policy ${name}`);
}

function printEscalations(output: Output, escalations: readonly Escalation[]): void {
  if (escalations.length === 0) output.print('No escalation policy was begun.');
  const now = new Date();
  for (const each of escalations) {
    const team = each.team === null ? '' : ` for team ${each.team}`;
    const state = each.endedAt === null ? 'running' : `ended: ${each.endedBecause}`;
    output.print(`${output.bold(each.policy)}${team}, ${state}, begun ${formatWhen(each.startedAt, now)}`);
    output.printFacts(
      [
        ...each.fired.map((step): [string, string] => [
          formatDate(step.firedAt),
          [
            `${output.symbols.good} ${step.name} (${step.cause})`,
            ...(step.paged.length > 0 ? [`paged ${step.paged.join(', ')}`] : []),
            ...step.asked.map((what) => `${output.symbols.asks} a person is asked to: ${what}`),
            ...step.missing.map((what) => `${output.symbols.bad} ${what}`),
          ].join('\n'),
        ]),
        ...each.toCome.map((step): [string, string] => [
          formatDate(step.dueAt),
          `${output.symbols.plain} ${step.name} (${formatWhen(step.dueAt, now)}, if ${step.cause})`,
        ]),
      ],
      2,
    );
  }
}

function describeTrigger(trigger: EscalationTrigger): string {
  if ('unackedAfter' in trigger)
    return trigger.unackedAfter === '0s' ? 'at once' : `unacknowledged after ${trigger.unackedAfter}`;
  if ('unresolvedAfter' in trigger) return `unresolved after ${trigger.unresolvedAfter}`;
  return `at once for rank ${trigger.severityAtOnce.join(' or ')}`;
}

function describeTarget(target: EscalationTarget): string {
  return Object.entries(target)
    .map(([kind, name]) => `${kind} ${name}`)
    .join(' ');
}
