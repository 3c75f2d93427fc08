import { type Command, Option } from 'commander';
import { parse } from 'yaml';
import type { IncidentMeasures } from '../../../contract/incident-measures.ts';
import { type Postmortem, writePostmortemSchema } from '../../../contract/incident-postmortem.ts';
import { HoldfastError, messageOf } from '../../../platform/errors/holdfast-error.ts';
import { route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import { parseTime } from '../../options/parse-time.ts';
import { readInput } from '../../options/read-input.ts';
import { readBytes } from '../../send-request.ts';
import { printMeasures } from '../../views/measures-view.ts';

/** What is written and counted once it is over. */
export function defineAftermath(command: Command, context: CliContext): void {
  const postmortem = command
    .command('postmortem')
    .argument('<id>', 'number (INC-…) or id of the incident')
    .description('Its postmortem, or a draft from the timeline while nobody has written one')
    .addOption(new Option('--format <format>', 'what to print').choices(['markdown', 'html']).default('markdown'))
    .option('--write <file>', 'write it from a file (JSON or YAML, as --json prints it), - for standard input');
  addExamples(
    postmortem,
    'holdfast incident postmortem INC-20260301-001 > postmortem.md',
    'holdfast incident postmortem INC-20260301-001 --json > postmortem.json',
    'holdfast incident postmortem INC-20260301-001 --write postmortem.json',
  );
  postmortem.action(async (id: string, { format, write }: { format: string; write?: string }) => {
    const output = context.output();
    const api = await context.api();
    const path = route`/api/v1/incidents/${id}/postmortem`;
    if (write !== undefined) {
      const { body, version } = readWritten(write);
      const ifMatch = version === null ? undefined : `"${version}"`;
      const written = await api.send<Postmortem>('PUT', path, { body, ifMatch });
      if (output.json) return output.printJson(written);
      output.print(`${output.mark('good')} The postmortem of ${written.number} is at version ${written.version}.`);
      return output.suggest(`Read it: holdfast incident postmortem ${written.number}`);
    }
    if (output.json) return output.printJson(await api.get<Postmortem>(path));
    const answer = await api.open(path, { format });
    output.write((await readBytes(answer)).toString('utf8'));
    output.note(`Edit it: holdfast incident postmortem ${id} --json > FILE, then --write FILE`);
  });

  const measures = command
    .command('measures')
    .description('How incidents were answered: MTTA, MTTR, response times kept, pages by person and shift')
    .option('--from <time>', 'incidents opened from then on (default: 30 days before --to)', parseTime)
    .option('--to <time>', 'incidents opened before (default: now)', parseTime);
  addExamples(
    measures,
    'holdfast incident measures',
    'holdfast incident measures --from 2026-02-01T00:00Z --to 2026-03-01T00:00Z',
  );
  measures.action(async (range: { from?: string; to?: string }) => {
    const output = context.output();
    const measured = await (await context.api()).get<IncidentMeasures>('/api/v1/incidents/measures', range);
    if (output.json) return output.printJson(measured);
    printMeasures(output, measured);
  });
}

/** What may be written of a file as `--json` prints it; what belongs to the incident is left out, its version is kept. */
function readWritten(file: string): { body: object; version: number | null } {
  const text = readInput(file);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (thrown) {
    throw unfit(file, messageOf(thrown));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unfit(file, 'it holds no names and values');
  const given = value as Record<string, unknown>;
  const wanted = Object.keys(writePostmortemSchema.shape);
  const unknown = Object.keys(given).filter((name) => !wanted.includes(name) && !OF_INCIDENT.has(name));
  if (unknown.length > 0) throw unfit(file, `unknown: ${unknown.slice(0, 5).join(', ')}`);
  const body = Object.fromEntries(wanted.flatMap((name) => (name in given ? [[name, given[name]]] : [])));
  const { version } = given;
  return { body, version: typeof version === 'number' && Number.isSafeInteger(version) ? version : null };
}

/** Facts of the incident that are printed with its postmortem and cannot be written. */
const OF_INCIDENT = new Set([
  'incidentId',
  'number',
  'title',
  'status',
  'severity',
  'startedAt',
  'durationMs',
  'version',
  'writtenAt',
  'writtenBy',
]);

function unfit(file: string, why: string): HoldfastError {
  return new HoldfastError({
    code: 'postmortem.unreadable',
    kind: 'invalid',
    message: `${file === '-' ? 'standard input' : file} is no postmortem: ${why}`,
    hint: 'Begin with what `holdfast incident postmortem ID --json` prints.',
  });
}
