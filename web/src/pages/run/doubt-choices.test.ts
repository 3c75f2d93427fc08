import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/contract/run.ts';
import { doubtChoices } from './doubt-choices.ts';
import { viewSteps } from './step-view.ts';

const planned = (id: string, line: number, rollback: string | null = null) => ({
  id,
  title: `Do ${id}`,
  line,
  endLine: line,
  rollback,
  verify: null,
});
const row = (id: string, status: string) => ({ id, status, attempts: status === 'pending' ? [] : [{ n: 1 }] });
const run = (steps: object[], rows: object[]) =>
  ({ plan: { steps, helpers: [] }, steps: rows, approvals: [], source: '' }) as unknown as Run;
const effects = (of: Run, id: string) => {
  const step = viewSteps(of).find((each) => each.id === id)!;
  return Object.fromEntries(doubtChoices(of, step).map((choice) => [choice.decision, choice.barred ?? choice.effect]));
};

describe('the four ways out of doubt', () => {
  const first = planned('drain', 1, 'undrain');
  const second = planned('restart', 2);
  const third = planned('check', 3);

  it('say what comes next, which attempt it would be, and what would be undone', () => {
    const told = effects(
      run([first, second, third], [row('drain', 'succeeded'), row('restart', 'in-doubt'), row('check', 'pending')]),
      'restart',
    );
    expect(told['retry']).toContain('Attempt 2');
    expect(told['done']).toContain('goes on with “Do check”');
    expect(told['failed']).toContain('Nothing is undone');
    expect(told['rollback']).toContain('“Do drain”');
  });

  it('bar a rollback where nothing declares one', () => {
    const told = effects(run([second], [row('restart', 'in-doubt')]), 'restart');
    expect(told['rollback']).toContain('nothing that could be undone');
    expect(told['done']).toContain('the last step');
  });
});
