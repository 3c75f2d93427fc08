import { expect, it } from 'vitest';
import { lockWaitOf } from './lock-wait.ts';

it('a run that waits for a lock says which, and who holds it', () => {
  const reason = '"Take "it"" waits for the lock shop db, which run_01ABC holds';
  expect(lockWaitOf({ status: 'waiting', waitingFor: 'wait', reason })).toEqual({
    lock: 'shop db',
    holder: 'run_01ABC',
  });
  expect(lockWaitOf({ status: 'waiting', waitingFor: 'wait', reason: '"Wait" waits until noon' })).toBeNull();
  expect(lockWaitOf({ status: 'running', waitingFor: null, reason })).toBeNull();
});
