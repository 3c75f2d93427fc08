import type { IncidentMeasures } from '../../contract/incident-measures.ts';
import type { Output } from '../terminal/output.ts';
import { count, formatDate, formatDuration } from '../terminal/times.ts';

const MOST_PEOPLE = 20;

/** Times by severity, then who was paged, then shifts. */
export function printMeasures(output: Output, measured: IncidentMeasures): void {
  const { all, bySeverity, people, shifts } = measured;
  output.print(
    output.bold(`${count(all.incidents, 'incident')}, ${formatDate(measured.from)} to ${formatDate(measured.to)}`),
  );
  if (all.incidents > 0) {
    const rows = [{ label: 'all', ...all }, ...bySeverity];
    output.printTable(
      [
        { title: 'SEV' },
        { title: 'INCIDENTS' },
        { title: 'OPEN' },
        { title: 'MTTA' },
        { title: 'MTTR' },
        { title: 'IN TIME' },
        { title: 'RESOLVED IN TIME', optional: true },
      ],
      rows.map(({ label, incidents, open, toAcknowledge, toResolve, response, resolution }) => [
        label,
        String(incidents),
        String(open),
        took(toAcknowledge.meanMs),
        took(toResolve.meanMs),
        share(response),
        share(resolution),
      ]),
    );
  }
  if (people.length > 0) {
    output.print('');
    output.printTable(
      [{ title: 'WHO' }, { title: 'PAGES' }, { title: 'INCIDENTS' }, { title: 'TAKEN' }],
      people
        .slice(0, MOST_PEOPLE)
        .map((each) => [each.name, String(each.pages), String(each.incidents), String(each.acknowledged)]),
    );
  }
  if (shifts.length === 0) return;
  output.print('');
  output.printTable(
    [
      { title: 'SCHEDULE' },
      { title: 'SHIFTS' },
      { title: 'PAGES EACH' },
      { title: 'INCIDENTS EACH' },
      { title: 'BUSIEST', optional: true },
    ],
    shifts.map(({ schedule, shifts: number, pagesPerShift, incidentsPerShift, busiest: [worst] }) => [
      schedule,
      String(number),
      each(pagesPerShift),
      each(incidentsPerShift),
      worst ? `${worst.user} ${formatDate(worst.start)}: ${count(worst.pages, 'page')}` : 'none',
    ]),
  );
}

const took = (ms: number | null) => (ms === null ? '-' : formatDuration(ms));
const each = (mean: number | null) => (mean === null ? '-' : mean.toFixed(2));

function share({ ratio, attained, missed }: IncidentMeasures['all']['response']): string {
  return ratio === null ? 'nothing due' : `${(ratio * 100).toFixed(1)} % of ${attained + missed}`;
}
