import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  type IPolicy,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { HoldfastError } from '../errors/holdfast-error.ts';

export type GuardLimits = {
  timeoutMs: number;
  atOnce: number;
  waiting: number;
  failuresToOpen: number;
  halfOpenAfterMs: number;
};

/** Limits of a call to the outside unless its caller knows better. */
export const DEFAULT_GUARD_LIMITS: GuardLimits = {
  timeoutMs: 10_000,
  atOnce: 20,
  waiting: 200,
  failuresToOpen: 10,
  halfOpenAfterMs: 5_000,
};

export type Guard = {
  /** Runs one outgoing call. @throws HoldfastError unavailable when refused, too slow, or the breaker is open */
  call<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
};

/**
 * Timeout, bulkhead and breaker around calls to one destination. Never retries: durable rows own the retries.
 * @param name the destination, as people know it
 */
export function createGuard(name: string, limits: Partial<GuardLimits> = {}): Guard {
  const { timeoutMs, atOnce, waiting, failuresToOpen, halfOpenAfterMs } = { ...DEFAULT_GUARD_LIMITS, ...limits };
  const policy: IPolicy = wrap(
    bulkhead(atOnce, waiting),
    circuitBreaker(handleAll, { halfOpenAfter: halfOpenAfterMs, breaker: new ConsecutiveBreaker(failuresToOpen) }),
    timeout(timeoutMs, TimeoutStrategy.Aggressive),
  );
  return {
    async call(work) {
      try {
        return await policy.execute(({ signal }) => work(signal));
      } catch (thrown) {
        if (thrown instanceof BrokenCircuitError)
          throw refusal(`circuit breaker open: ${name}`, 'circuit.open', thrown);
        if (thrown instanceof BulkheadRejectedError)
          throw refusal(`too many calls to ${name} at once`, 'bulkhead.full', thrown);
        if (thrown instanceof TaskCancelledError)
          throw refusal(`${name} did not answer within ${timeoutMs} ms`, 'call.timeout', thrown);
        throw thrown;
      }
    },
  };
}

function refusal(message: string, code: string, cause: unknown): HoldfastError {
  return new HoldfastError({ code, kind: 'unavailable', message, cause });
}
