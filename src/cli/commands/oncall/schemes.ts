import type { Command } from 'commander';
import type { SeveritySchemeBody } from '../../../contract/severity-scheme.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import type { Output } from '../../terminal/output.ts';
import { formatDuration } from '../../terminal/times.ts';

type Level = SeveritySchemeBody['levels'][number];

/** What severities are called and what is promised for each. */
export function defineSchemes(command: Command, context: CliContext): void {
  const schemes = command
    .command('schemes')
    .argument('[scheme]', 'only this one')
    .description('Severity schemes, those that ship included');
  addExamples(schemes, 'holdfast oncall schemes', 'holdfast oncall schemes p1-p4');
  schemes.action(async (name: string | undefined) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<SeveritySchemeBody>>('/api/v1/severity-schemes');
    const items = name === undefined ? page.items : page.items.filter((scheme) => scheme.name === name);
    if (name !== undefined && items.length === 0) throw missing(name, page.items);
    if (output.json) return output.printJson(name === undefined ? page : items[0]);
    for (const scheme of items) printScheme(output, scheme);
    output.suggest('Write one: holdfast oncall apply -f oncall.yaml; see docs/oncall.md');
  });
}

function printScheme(output: Output, { name, current, written, calendar, levels }: SeveritySchemeBody): void {
  const origin = written ? 'written here' : 'ships with Holdfast';
  output.print(`${output.bold(name)} (${origin}${current ? ', of new incidents unless a route says otherwise' : ''})`);
  output.printFacts(
    [['Business days', calendar], ...levels.map((level): [string, string] => [level.label, describeLevel(level)])],
    2,
  );
}

function describeLevel({ meaning, respondWithinMs, nextBusinessDay, ...level }: Level): string {
  const respond =
    respondWithinMs !== null
      ? `answer within ${formatDuration(respondWithinMs)}`
      : nextBusinessDay
        ? 'answer on the next business day'
        : 'no response time';
  return [
    ...(meaning === '' ? [] : [meaning]),
    respond,
    ...(level.resolveWithinMs === null ? [] : [`resolve within ${formatDuration(level.resolveWithinMs)}`]),
    ...(level.updateEveryMs === null ? [] : [`update every ${formatDuration(level.updateEveryMs)}`]),
    ...Object.entries(level.alerts).map(([label, values]) => `alerts with ${label} ${values.join(' or ')}`),
  ].join(', ');
}

function missing(name: string, known: readonly SeveritySchemeBody[]): HoldfastError {
  return new HoldfastError({
    code: 'scheme.missing',
    kind: 'missing',
    message: `there is no severity scheme "${name}"`,
    hint: `Known: ${known.map((scheme) => scheme.name).join(', ')}`,
  });
}
