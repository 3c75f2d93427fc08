import type { Command } from 'commander';
import type { Incident, IncidentSummary, RelatedFinding } from '../../../contract/incident.ts';
import { route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import { collectText, parseRank } from '../../options/parse-values.ts';
import { formatDuration } from '../../terminal/times.ts';

const ID = ['<id>', 'number (INC-…) or id of the incident'] as const;

/** What belongs together, and what does not. */
export function defineJoining(command: Command, context: CliContext): void {
  const merge = command
    .command('merge')
    .argument(...ID)
    .requiredOption('--into <id>', 'number or id of the incident that goes on')
    .description('Make it part of another incident: findings and runs move, what waits to be sent stops')
    .requiredOption('--reason <text>', 'why; it is kept in the record');
  addExamples(merge, 'holdfast incident merge INC-20260301-002 --into INC-20260301-001 --reason "the same switch"');
  merge.action(async (id: string, body: { into: string; reason: string }) => {
    const output = context.output();
    const survivor = await (await context.api()).send<Incident>('POST', route`/api/v1/incidents/${id}/merge`, { body });
    if (output.json) return output.printJson(survivor);
    output.print(`${output.mark('good')} ${id} is part of ${survivor.number} now.`);
    output.suggest(`Go on there: holdfast incident show ${survivor.number}`);
  });

  const split = command
    .command('split')
    .argument(...ID)
    .description('Take findings out of it into a new incident, which pages like any other')
    .requiredOption('--finding <id>', 'a finding to take along; repeat it', collectText)
    .option('--run <id>', 'a run to take along; repeat it', collectText)
    .option('--title <text>', 'of the new incident (default: that of the first finding)')
    .option('--severity <rank>', 'from 1 (worst) to 4 (default: the worst of the findings)', parseRank)
    .requiredOption('--reason <text>', 'why; it is kept in the record')
    .option('--idempotency-key <key>', 'repeated with the same key it is split once');
  addExamples(split, 'holdfast incident split INC-20260301-001 --finding fnd_… --reason "another switch after all"');
  split.action(
    async (
      id: string,
      options: {
        finding: string[];
        run?: string[];
        title?: string;
        severity?: number;
        reason: string;
        idempotencyKey?: string;
      },
    ) => {
      const output = context.output();
      const { finding: findings, run: runs = [], idempotencyKey, ...rest } = options;
      const path = route`/api/v1/incidents/${id}/split`;
      const body = { findings, runs, ...rest };
      const made = await (await context.api()).send<IncidentSummary>('POST', path, { body, idempotencyKey });
      if (output.json) return output.printJson(made);
      output.print(`${output.mark('good')} ${made.number} is open (${made.severity.label}), split from ${id}.`);
      output.suggest(`Take it: holdfast incident ack ${made.number}`);
    },
  );

  const related = command
    .command('related')
    .argument(...ID)
    .description('Findings of others that may belong to it');
  addExamples(related, 'holdfast incident related INC-20260301-001').action(async (id: string) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<RelatedFinding>>(route`/api/v1/incidents/${id}/related`);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) return output.print('Nothing else has a label in common with it or began with it.');
    output.printTable(
      [{ title: 'WHEN' }, { title: 'STATUS' }, { title: 'FINDING', cutTo: 14 }, { title: 'IN COMMON', optional: true }],
      page.items.map(({ finding, shared, afterMs }) => [
        afterMs < 0 ? `${formatDuration(-afterMs)} before` : `${formatDuration(afterMs)} after`,
        finding.status,
        finding.title,
        shared.join(' ') || 'the time',
      ]),
    );
    const other = page.items.find(({ finding }) => finding.incidentId !== null)?.finding.incidentId;
    if (other) output.suggest(`If it is the same: holdfast incident merge ${other} --into ${id} --reason "…"`);
  });
}
