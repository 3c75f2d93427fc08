import { type Property, readProperty, unfold } from './ical-lines.ts';
import { type IcalProblem, type ReadComponent, readComponent } from './read-component.ts';
import { expandSeries, type ReadEvent, type Window } from './repeat-events.ts';

/** What a calendar says of a time. */
export type ReadCalendar = {
  events: ReadEvent[];
  /** Of everything in it that could be read, what is cancelled included: nothing else of these is to stay. */
  uids: string[];
  /** Something repeats beyond the time. */
  goesOn: boolean;
  problems: IcalProblem[];
};

const MOST_EVENTS = 5_000;
const LONGEST_TEXT = 4_000_000;
/** So long the rules of one file may take to follow; each rule has its own bound too. */
const LONGEST_EXPANSION_MS = 2_000;

/**
 * Reads the events of an iCalendar file (RFC 5545). Never throws; whatever cannot be read is told with its line.
 * @param floatingZone of times without a zone, and of whole days
 * @param window how far events that repeat are followed; single ones count whenever they are
 */
export function readIcal(text: string, floatingZone: string, window: Window): ReadCalendar {
  const { components, problems } = readComponents(text, floatingZone);
  const read: ReadCalendar = { events: [], uids: [], goesOn: false, problems };
  const startedMs = performance.now();
  for (const [uid, series] of Map.groupBy(components, (component) => component.uid)) {
    const line = series[0]!.line;
    if (performance.now() - startedMs > LONGEST_EXPANSION_MS) {
      problems.push({ line, message: 'the file repeats too much to be read in time: import it in parts' });
      break;
    }
    const expanded = expandSeries(series, floatingZone, window);
    problems.push(...expanded.problems);
    if (expanded.problems.length > 0) continue;
    if (read.events.length + expanded.events.length > MOST_EVENTS) {
      problems.push({ line, message: `more than ${MOST_EVENTS} events` });
      break;
    }
    read.events.push(...expanded.events);
    read.uids.push(uid);
    read.goesOn ||= expanded.goesOn;
  }
  return read;
}

function readComponents(text: string, floatingZone: string): { components: ReadComponent[]; problems: IcalProblem[] } {
  const problems: IcalProblem[] = [];
  const components: ReadComponent[] = [];
  if (text.length > LONGEST_TEXT)
    return { components, problems: [{ line: 1, message: 'the file is larger than 4 MB' }] };
  const lines = unfold(text);
  if (!lines.some(({ text: line }) => /^BEGIN:VCALENDAR\s*$/i.test(line)))
    return { components, problems: [{ line: 1, message: 'this is no iCalendar file: it has no BEGIN:VCALENDAR' }] };

  const open: string[] = [];
  let event: { line: number; properties: Property[] } | null = null;
  for (const { text: line, line: number } of lines) {
    const property = readProperty(line, number);
    if (property === null) {
      if (line.trim() !== '') problems.push({ line: number, message: 'this is no "NAME:value" line' });
      continue;
    }
    const component = property.value.trim().toUpperCase();
    if (property.name === 'BEGIN') {
      open.push(component);
      if (component === 'VEVENT') event = { line: number, properties: [] };
    } else if (property.name === 'END') {
      if (open.at(-1) !== component) problems.push({ line: number, message: `END:${component} without its BEGIN` });
      else open.pop();
      if (component === 'VEVENT' && event) {
        if (components.length >= MOST_EVENTS)
          return { components, problems: [...problems, { line: number, message: `more than ${MOST_EVENTS} events` }] };
        const read = readComponent(event, floatingZone);
        if ('message' in read) problems.push(read);
        else components.push(read);
        event = null;
      }
    } else if (event && open.at(-1) === 'VEVENT') event.properties.push(property);
  }
  if (open.length > 0) problems.push({ line: lines.at(-1)?.line ?? 1, message: `${open.at(-1)} does not end` });
  return { components, problems };
}
