import { describe, expect, it } from 'vitest';
import { waitInComment } from './comment-steps.ts';

describe('a comment that says to wait', () => {
  it.each<[string, number | null]>([
    ['Wait 5 minutes', 300_000],
    ['4. Monitor for 10 minutes', 600_000],
    ['wait about 30s for the pods', 30_000],
    ['Wait 2-3 minutes', 120_000],
    ['Let it settle for 1 hour', 3_600_000],
    ['Warten Sie 5 Minuten', 300_000],
    ['Espere 10 minutos', 600_000],
    ['Attendez 30 secondes', 30_000],
    ['Dann 5 Minuten warten', 300_000],
    ['10秒待つ', 10_000],
    ['5분 대기', 300_000],
    ['Läuft 5 Minuten', null],
    ['Check every 5 minutes until it is green', 300_000],
    ['Repeat every 30s', 30_000],
    ['Poll every minute', 60_000],
    ['Backups run every 5 minutes', null],
    ['Wait for the rollout', null],
    ['Watch the merges (they settle after 10 minutes)', null],
    ['Observe it for about 5 minutes', 300_000],
    ['Restart after 5 minutes', null],
  ])('%s → %s', (comment, expected) => {
    expect(waitInComment(comment)).toBe(expected);
  });
});
