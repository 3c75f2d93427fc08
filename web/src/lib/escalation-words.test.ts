import { describe, expect, it } from 'vitest';
import { listWords, targetWords, triggerWords } from './escalation-words.ts';

describe('a step of a policy in words', () => {
  it.each([
    [{ user: 'ada' }, 'ada'],
    [{ schedule: 'primary' }, 'who is on call in primary'],
    [{ schedule: 'primary', layer: 'office' }, 'who is on call in primary (layer office)'],
    [{ team: 'platform' }, 'all of team platform'],
    [{ team: 'platform', role: 'lead' }, 'lead of platform'],
    [{ role: 'manager' }, 'the manager of the team'],
    [{ channel: 'webhook:ops' }, 'channel webhook:ops'],
  ])('%j tells %s', (target, expected) => {
    expect(targetWords(target)).toBe(expected);
  });

  it.each([
    [{ unackedAfter: '0s' }, 'at once'],
    [{ unackedAfter: '0m' }, 'at once'],
    [{ unackedAfter: '10m' }, 'unacknowledged after 10m'],
    [{ unackedAfter: 'response time' }, 'unacknowledged after response time'],
    [{ unresolvedAfter: '30m' }, 'unresolved after 30m'],
    [{ severityAtOnce: [1 as const, 2 as const] }, 'at once for rank 1, 2'],
  ])('%j fires %s', (trigger, expected) => {
    expect(triggerWords(trigger)).toBe(expected);
  });

  it.each([
    [[], ''],
    [['ada'], 'ada'],
    [['ada', 'grace'], 'ada and grace'],
    [['ada', 'grace', 'linus'], 'ada, grace and linus'],
  ])('%j is listed as "%s"', (words, expected) => {
    expect(listWords(words)).toBe(expected);
  });
});
