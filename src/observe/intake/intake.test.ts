import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EventMapping,
  readAlertmanagerWebhook,
  readMappedEvents,
  readPagerdutyEvent,
  UnreadableEvent,
} from './index.ts';

const never = (read: (body: unknown) => unknown) => {
  // Bodies near the right shape reach further than any JSON does.
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('trigger', 'resolve', 'firing', 'critical', '2026-01-01T00:00:00Z'),
  );
  const names = [
    'routing_key',
    'event_action',
    'dedup_key',
    'payload',
    'summary',
    'source',
    'severity',
    'timestamp',
    'alerts',
    'labels',
    'annotations',
    'status',
    'a',
    '__proto__',
  ];
  const near = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      value,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 8 }),
    ),
  })).node;
  fc.assert(
    fc.property(near, (body) => {
      try {
        read(body);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(UnreadableEvent);
      }
    }),
    { numRuns: 1_500 },
  );
};

describe('what other programs send', () => {
  const mapping: EventMapping = {
    each: '/alerts',
    key: '/a/0',
    labels: { alertname: '/summary', fixed: 'text' },
    annotations: { all: '/' },
    resolved: { at: '/status', values: ['firing'] },
  };
  it.each([
    ['a PagerDuty event', readPagerdutyEvent],
    ['an Alertmanager webhook', readAlertmanagerWebhook],
    ['a mapped event', (body: unknown) => readMappedEvents(body, mapping)],
  ])('as %s is read or refused, whatever it is', (_what, read) => never(read));

  it('keeps nothing that no database keeps', () => {
    const [event] = readMappedEvents({ alerts: [{ summary: 'a\0b\ud800' }] }, mapping);
    expect(event?.alert.labels['alertname']).toBe('a�b�');
  });

  it('is looked up by pointers, which see own properties only', () => {
    const read = (pointer: string, event: object) =>
      readMappedEvents({ alerts: [event] }, { ...mapping, key: null, labels: { x: pointer, y: 'y' } })[0]?.alert.labels[
        'x'
      ];
    expect(read('/a~1b/c~0d', { 'a/b': { 'c~d': 1 } })).toBe('1');
    expect(read('/a/1', { a: [1, { b: 2 }] })).toBe('{"b":2}');
    expect(read('/constructor/name', {})).toBeUndefined();
    expect(read('/a/length', { a: 'text' })).toBeUndefined();
  });
});
