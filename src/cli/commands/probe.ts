import type { Command } from 'commander';
import type { Probe, ProbeSample } from '../../contract/probe.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import { route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import type { Page } from '../options/paging.ts';
import type { Output, Tone } from '../terminal/output.ts';
import { count, formatDuration, formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';

const TONES: Readonly<Record<Probe['state'], Tone>> = { healthy: 'good', failing: 'bad', unknown: 'plain' };
const SAMPLES_SHOWN = 8;

/** `holdfast probe ls|show|check`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast probe ls', 'holdfast probe check shop-orders');

  const list = command.command('ls').description('All probes, failing ones first');
  addExamples(list, 'holdfast probe ls').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<Page<Probe>>('/api/v1/probes');
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('No probes: none are configured.');
      return output.suggest('Describe them below `probes:` in holdfast.yaml; see docs/configuration.md.');
    }
    const now = new Date();
    const worstFirst = ['failing', 'unknown', 'healthy'];
    const rows = page.items
      .toSorted((one, other) => worstFirst.indexOf(one.state) - worstFirst.indexOf(other.state))
      .map((probe) => [
        stateCell(output, TONES[probe.state], probe.state),
        probe.name,
        probe.kind,
        formatWhen(probe.lastCheckedAt, now),
        probe.lastReason ?? '',
      ]);
    output.printTable(
      [
        { title: 'STATE' },
        { title: 'PROBE', cutTo: 14 },
        { title: 'KIND', optional: true },
        { title: 'CHECKED' },
        { title: 'ANSWER', cutTo: 12 },
      ],
      rows,
    );
    const failing = page.items.find((probe) => probe.state === 'failing');
    output.suggest(`Look closer: holdfast probe show ${(failing ?? page.items[0]!).name}`);
  });

  const show = command
    .command('show')
    .argument('<name>', 'name of the probe')
    .description('One probe and its newest answers');
  addExamples(show, 'holdfast probe show shop-orders').action(async (name: string) => {
    const output = context.output();
    const api = await context.api();
    const probe = await api.get<Probe>(route`/api/v1/probes/${name}`);
    if (output.json) return output.printJson(probe);
    const samples = await api.get<Page<ProbeSample>>(route`/api/v1/probes/${name}/samples`, { limit: SAMPLES_SHOWN });
    printProbe(output, probe);
    if (samples.items.length > 0) output.print('');
    for (const sample of samples.items) {
      const when = formatWhen(sample.at, new Date()).padEnd(10);
      output.print(
        `${output.mark(sample.healthy ? 'good' : 'bad')} ${output.dim(when)} ${formatDuration(sample.durationMs).padStart(7)}  ${sample.reason}`,
      );
    }
    output.suggest(`Look now: holdfast probe check ${name}`);
  });

  const check = command
    .command('check')
    .argument('<name>', 'name of the probe')
    .description('Look right now; the answer counts like any other. Exit code 1 when it is failing');
  addExamples(check, 'holdfast probe check shop-orders && echo healthy').action(async (name: string) => {
    const output = context.output();
    const probe = await (await context.api()).send<Probe>('POST', route`/api/v1/probes/${name}/check`);
    // The state takes several answers to change; the question was about this one.
    const healthy = probe.consecutiveFailures === 0;
    if (output.json) output.printJson(probe);
    else printProbe(output, probe);
    if (!healthy) {
      context.setExitCode(EXIT.found);
      output.suggest('What became of it: holdfast finding ls');
    }
  });
}

function printProbe(output: Output, probe: Probe): void {
  const now = new Date();
  output.print(
    `${output.mark(TONES[probe.state])} ${output.bold(probe.name)}  ${probe.title === probe.name ? '' : probe.title}`.trimEnd(),
  );
  output.printFacts(
    [
      ['State', `${probe.state}${probe.since ? ` since ${formatWhen(probe.since, now)}` : ''}`],
      [
        'Answer',
        probe.lastReason
          ? `${probe.lastReason} (${formatWhen(probe.lastCheckedAt, now)}, ${formatDuration(probe.lastDurationMs ?? 0)})`
          : 'none yet',
      ],
      ['Streak', streakOf(probe)],
      [
        'Rhythm',
        `each ${formatDuration(probe.intervalMs)}, limit ${formatDuration(probe.timeoutMs)}; a finding of rank ${probe.severity} after ${count(probe.failuresToOpen, 'failure')}, fixed after ${count(probe.successesToClose, 'success', 'successes')}`,
      ],
      [
        'Labels',
        Object.entries(probe.labels)
          .map(([name, value]) => `${name}=${value}`)
          .join(' ') || null,
      ],
    ],
    2,
  );
}

function streakOf(probe: Probe): string {
  if (probe.consecutiveFailures > 0) return `${count(probe.consecutiveFailures, 'failure')} in a row`;
  return `${count(probe.consecutiveSuccesses, 'success', 'successes')} in a row`;
}
