import { describe, expect, it } from 'vitest';
import { heldInARow, readGateLooks } from './gate-looks.ts';

const line = (second: number, text: string) => `2026-11-21T09:00:0${second}.000Z ${text}\n`;

describe('the looks of a metric gate', () => {
  it('are read from its output, with what broke them', () => {
    const looks = readGateLooks(
      line(1, 'holds: 1') + line(2, 'does not hold: no data') + line(3, 'holds: {job="a"} 1'),
    );
    expect(looks).toEqual([
      { at: '2026-11-21T09:00:01.000Z', holds: true, said: '1' },
      { at: '2026-11-21T09:00:02.000Z', holds: false, said: 'no data' },
      { at: '2026-11-21T09:00:03.000Z', holds: true, said: '{job="a"} 1' },
    ]);
    expect(heldInARow(looks!)).toBe(1);
  });

  it('survive a cut in the middle', () => {
    expect(
      readGateLooks(`${line(1, 'holds: 1')}\n[… 900 bytes not shown …]\n${line(4, 'holds: 1')}${line(5, 'holds: 1')}`),
    ).toHaveLength(3);
  });

  it.each(['', 'deployed 3 pods\n', 'holds: 1\n'])('%j has none', (output) => {
    expect(readGateLooks(output)).toBeNull();
  });
});
