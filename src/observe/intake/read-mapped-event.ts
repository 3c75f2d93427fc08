import { type SentAlert, textOf, UnreadableEvent, withoutEmpty } from './sent-alert.ts';

/**
 * How a program's own JSON says what an alert is. Values that begin with `/` are JSON pointers into an event; all others
 * stand for themselves.
 */
export type EventMapping = {
  /** Pointer to the list of events; without it the body is one event. */
  each: string | null;
  /** Which event this is: the same again while it fires and when it is over. */
  key: string | null;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** Pointer to what says whether it is over, and the values that say so. */
  resolved: { at: string; values: readonly string[] } | null;
};

export type MappedEvent = { key: string | null; resolved: boolean; alert: SentAlert };

const MOST_EVENTS = 5_000;

/** @throws UnreadableEvent when the body has not what the mapping looks for */
export function readMappedEvents(body: unknown, mapping: EventMapping): MappedEvent[] {
  const found = mapping.each === null ? [body] : resolvePointer(body, mapping.each);
  if (!Array.isArray(found)) throw new UnreadableEvent([`${mapping.each}: is missing or no list`]);
  if (found.length > MOST_EVENTS)
    throw new UnreadableEvent([`${mapping.each ?? '/'}: has more than ${MOST_EVENTS} entries`]);
  return found.map((event: unknown, index) => {
    const labels = withoutEmpty(fill(mapping.labels, event));
    if (Object.keys(labels).length === 0)
      throw new UnreadableEvent([`event ${index}: none of the labels of the mapping has a value in it`]);
    const key = mapping.key === null ? null : fillOne(mapping.key, event) || null;
    const state = mapping.resolved === null ? '' : fillOne(mapping.resolved.at, event).toLowerCase();
    const resolved = mapping.resolved?.values.some((value) => value.toLowerCase() === state) ?? false;
    return { key, resolved, alert: { labels, annotations: withoutEmpty(fill(mapping.annotations, event)) } };
  });
}

function fill(texts: Readonly<Record<string, string>>, event: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, fillOne(value, event)]));
}

function fillOne(value: string, event: unknown): string {
  return value.startsWith('/') ? textOf(resolvePointer(event, value)) : value;
}

/** RFC 6901. Undefined when nothing is there; only own properties count. */
function resolvePointer(root: unknown, pointer: string): unknown {
  if (pointer === '' || pointer === '/') return root;
  let at: unknown = root;
  for (const part of pointer.slice(1).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
