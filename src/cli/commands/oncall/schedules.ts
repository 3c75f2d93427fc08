import { type Command, InvalidArgumentError } from 'commander';
import type { OnCallNow, ScheduleSpec, ShiftBody } from '../../../contract/oncall.ts';
import { EXIT } from '../../../platform/errors/exit-code.ts';
import { route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import { parseTime } from '../../options/parse-time.ts';
import { parseCount } from '../../options/parse-values.ts';
import type { Output } from '../../terminal/output.ts';
import { count, formatDate, formatDuration, formatWhen } from '../../terminal/times.ts';
import { stateCell } from '../../terminal/tones.ts';

export const SCHEDULE = ['<schedule>', 'name of the schedule'] as const;
const DAY_MS = 86_400_000;
const DAYS_SHOWN = 14;

type Definition = { name: string; spec: ScheduleSpec; version: number };

/** Who is on call, when, and why. */
export function defineSchedules(command: Command, context: CliContext): void {
  const now = command
    .command('now')
    .description('Who is on call in every schedule; exit code 1 where nobody is')
    .option('--at <time>', 'at another time than now', parseTime);
  addExamples(now, 'holdfast oncall now', 'holdfast oncall now --at 2026-03-29T02:30+01:00');
  now.action(async (options: { at?: string }) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<OnCallNow>>('/api/v1/oncall', options);
    if (page.items.some((each) => each.user === null)) context.setExitCode(EXIT.found);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('No schedules.');
      return output.suggest('Write some: holdfast oncall apply -f oncall.yaml; see docs/oncall.md');
    }
    output.printTable(
      [{ title: 'ON CALL' }, { title: 'SCHEDULE' }, { title: 'UNTIL' }, { title: 'THEN', optional: true }],
      page.items.map((each) => [
        each.user === null ? stateCell(output, 'bad', 'nobody') : stateCell(output, 'good', each.user),
        each.schedule,
        each.until === null ? 'no change ahead' : formatWhen(each.until, new Date(each.at)),
        each.until === null ? '' : (each.next ?? 'nobody'),
      ]),
    );
    output.suggest(`Why: holdfast oncall who ${page.items[0]!.schedule}`);
  });

  const who = command
    .command('who')
    .argument(...SCHEDULE)
    .description('Who is on call in a schedule, and why; exit code 1 when nobody is')
    .option('--at <time>', 'at another time than now', parseTime);
  addExamples(who, 'holdfast oncall who primary', 'holdfast oncall who primary --at +8h');
  who.action(async (schedule: string, options: { at?: string }) => {
    const output = context.output();
    const found = await (await context.api()).get<OnCallNow>(route`/api/v1/schedules/${schedule}/oncall`, options);
    if (found.user === null) context.setExitCode(EXIT.found);
    if (output.json) return output.printJson(found);
    printWho(output, found);
    output.suggest(`What comes: holdfast oncall shifts ${schedule}`);
  });

  const schedules = command
    .command('schedules')
    .argument('[schedule]', 'only this one, whole')
    .description('All schedules, or one with its layers');
  addExamples(schedules, 'holdfast oncall schedules', 'holdfast oncall schedules primary');
  schedules.action(async (name: string | undefined) => {
    const output = context.output();
    const api = await context.api();
    if (name !== undefined) {
      const found = await api.get<Definition>(route`/api/v1/schedules/${name}`);
      if (output.json) return output.printJson(found);
      printSchedule(output, found);
      return output.suggest(`What comes: holdfast oncall shifts ${name}`);
    }
    const page = await api.get<Page<Definition>>('/api/v1/schedules');
    if (output.json) return output.printJson(page);
    output.printTable(
      [
        { title: 'SCHEDULE' },
        { title: 'TIME ZONE' },
        { title: 'LAYERS' },
        { title: 'PEOPLE', cutTo: 12, optional: true },
      ],
      page.items.map(({ name: schedule, spec }) => [
        schedule,
        spec.timezone,
        spec.layers.map((layer) => layer.name).join(', '),
        [...new Set(spec.layers.flatMap((layer) => layer.participants))].join(', '),
      ]),
    );
    output.suggest('Who is on call: holdfast oncall now');
  });

  const shifts = command
    .command('shifts')
    .argument(...SCHEDULE)
    .description('Who is on call from when to when')
    .option('--from <time>', 'from then on; default: now', parseTime)
    .option('--days <n>', `so many days (1 to 400, default: ${DAYS_SHOWN})`, parseDays, DAYS_SHOWN)
    .option('--layer <name>', 'only this layer');
  addExamples(shifts, 'holdfast oncall shifts primary', 'holdfast oncall shifts primary --days 60 --layer night');
  shifts.action(async (schedule: string, options: { from?: string; days: number; layer?: string }) => {
    const output = context.output();
    const from = options.from ?? new Date().toISOString();
    const to = new Date(Date.parse(from) + options.days * DAY_MS).toISOString();
    const query = { from, to, ...(options.layer === undefined ? {} : { layer: options.layer }) };
    const page = await (await context.api()).get<Page<ShiftBody>>(route`/api/v1/schedules/${schedule}/shifts`, query);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) output.print(`Nobody is on call in ${count(options.days, 'day')}.`);
    else printShifts(output, page.items);
    output.suggest(`Stand in: holdfast oncall override add ${schedule} --user NAME --from … --to …`);
  });
}

function printWho(output: Output, found: OnCallNow): void {
  const at = new Date(found.at);
  output.print(
    `${output.mark(found.user === null ? 'bad' : 'good')} ${output.bold(found.user ?? 'Nobody')} is on call in ${found.schedule}`,
  );
  output.printFacts(
    [
      ['Because', found.explanation],
      [
        'Until',
        found.until === null
          ? 'no change within 60 days'
          : `${formatDate(found.until)} (${formatWhen(found.until, at)})`,
      ],
      ['Then', found.until === null ? null : (found.next ?? 'nobody')],
    ],
    2,
  );
}

function printSchedule(output: Output, { name, spec, version }: Definition): void {
  output.print(output.bold(name));
  output.printFacts(
    [
      ['About', spec.description ?? null],
      ['Time zone', spec.timezone],
      ['Version', String(version)],
      ...spec.layers.map((layer): [string, string] => {
        const { every, length, startsOn, handoverAt, handoverDay, timezone } = layer.rotation;
        const rhythm = length === 1 ? `every ${every}` : `every ${length} ${every}s`;
        const day = handoverDay === undefined ? '' : ` ${handoverDay}`;
        const only = (layer.only ?? [])
          .map((window) => `${window.days.join(' ')} ${window.from}-${window.to}`)
          .join('; ');
        return [
          `Layer ${layer.name}`,
          [
            `${rhythm} at${day} ${handoverAt}${timezone ? ` ${timezone}` : ''} since ${startsOn}: ${layer.participants.join(', ')}`,
            ...(only === '' ? [] : [`only ${only}`]),
          ].join('\n'),
        ];
      }),
    ],
    2,
  );
}

function printShifts(output: Output, shifts: readonly ShiftBody[]): void {
  output.printTable(
    [
      { title: 'FROM' },
      { title: 'TO' },
      { title: 'WHO', cutTo: 8 },
      { title: 'FOR', optional: true },
      { title: 'BY', cutTo: 10, optional: true },
    ],
    shifts.map((shift) => [
      formatDate(shift.start),
      formatDate(shift.end),
      shift.user,
      formatDuration(Date.parse(shift.end) - Date.parse(shift.start)),
      shift.overrideId === null
        ? `layer ${shift.layer}`
        : `override${shift.insteadOf === null ? '' : ` of ${shift.insteadOf}`}`,
    ]),
  );
}

function parseDays(text: string): number {
  const days = parseCount(text);
  if (days < 1 || days > 400) throw new InvalidArgumentError('Write a number of days from 1 to 400.');
  return days;
}
