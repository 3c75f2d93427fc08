import { describe, expect, it } from 'vitest';
import { listWords, whomWords } from './escalation-words.ts';

describe('a step of a policy in words', () => {
  it.each([
    [{ user: 'ada' }, 'ada'],
    [{ schedule: 'primary' }, 'who is on call in primary'],
    [{ schedule: 'primary', layer: 'office' }, 'who is on call in primary (layer office)'],
    [{ team: 'platform' }, 'all of team platform'],
    [{ team: 'platform', role: 'lead' }, 'lead of platform'],
    [{ role: 'manager' }, 'manager of shop'],
    [{ channel: 'webhook:ops' }, 'channel webhook:ops'],
  ])('%j tells %s', (target, expected) => {
    expect(whomWords([target], 'shop')).toBe(expected);
  });

  it('says of a role without a team that there is none', () => {
    expect(whomWords([{ role: 'manager' }, { user: 'ada' }], null)).toBe('manager of no team and ada');
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
