import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../../src/contract/events.ts';
import { keysOfEvent } from './keys-of-event.ts';

const told = (kind: string, body: Record<string, string> = {}) => JSON.stringify(keysOfEvent({ kind, body }));

describe('what an event makes old', () => {
  it('a step touches its own run, the lists and the incidents that tell of it', () => {
    const keys = told('step.succeeded', { runId: 'run_1' });
    expect(keys).toContain('["runs","one","run_1"]');
    expect(keys).toContain('["runs","list"]');
    expect(keys).toContain('["incidents","timeline"]');
  });

  it('an approval touches the run that waits for it', () => {
    expect(told('approval.granted', { runId: 'run_2' })).toContain('["runs","one","run_2"]');
  });

  it('every kind of event that the server may send touches more than the audit log, but for those about the log and the process themselves', () => {
    const silent = Object.keys(EVENTS).filter((kind) => keysOfEvent({ kind, body: {} }).length < 2);
    expect(silent).toEqual(['audit.pruned', 'system.started']);
  });
});
