import { expect, it } from 'vitest';
import { findScheme } from '../../respond/incidents/index.ts';
import { rankOfAlert } from './rank-of-alert.ts';

const shipped = findScheme('p1-p4');
const own = {
  levels: shipped.levels.map((level) => ({
    ...level,
    alerts: level.rank === 1 ? { tier: ['gold', 'platinum'] } : level.rank === 4 ? { severity: ['critical'] } : {},
  })),
};

it.each([
  ['the word everybody knows', { severity: 'critical' }, shipped, 1],
  ['nothing said', {}, shipped, 3],
  ['what the scheme says of a word, before what it means elsewhere', { severity: 'critical' }, own, 4],
  ['another label of the scheme', { tier: 'platinum', severity: 'info' }, own, 1],
  ['the worse of two levels that fit', { tier: 'gold', severity: 'critical' }, own, 1],
  ['what the scheme does not speak of', { tier: 'bronze', severity: 'warning' }, own, 3],
  ['a label that every object has', { toString: 'gold' }, own, 3],
] as const)('an alert has the rank of %s', (_what, labels, scheme, rank) => {
  expect(rankOfAlert(labels as unknown as Record<string, string>, scheme)).toBe(rank);
});
