import type { Health } from '../contract/common.ts';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { HealthCheck } from './http-deps.ts';

const CHECK_TIMEOUT_MS = 2_000;
/** Health is public: however often it is asked, the dependencies are asked at most this often. */
const REUSE_MS = 250;

export type CheckResult = Health['checks'][number];

/** Runs checks side by side, each bounded; simultaneous and quick successive askers share one run. */
export function createHealthChecks(
  checks: readonly HealthCheck[],
  logger: Logger,
): { names: ReadonlySet<string>; run(): Promise<CheckResult[]> } {
  let latest: { startedAtMs: number; results: Promise<CheckResult[]> } | null = null;
  return {
    names: new Set(checks.map((check) => check.name)),
    run() {
      const nowMs = performance.now();
      if (!latest || nowMs - latest.startedAtMs > REUSE_MS) {
        latest = { startedAtMs: nowMs, results: Promise.all(checks.map((check) => runCheck(check, logger))) };
      }
      return latest.results;
    },
  };
}

async function runCheck({ name, check }: HealthCheck, logger: Logger): Promise<CheckResult> {
  const startedAtMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new HoldfastError({
          code: 'health.timeout',
          kind: 'unavailable',
          message: `no answer in ${CHECK_TIMEOUT_MS} ms`,
        }),
      );
    }, CHECK_TIMEOUT_MS);
  });
  const latencyMs = () => Math.round((performance.now() - startedAtMs) * 100) / 100;
  try {
    await Promise.race([check(), timeout]);
    return { name, status: 'passing', latencyMs: latencyMs() };
  } catch (thrown) {
    logger.warn({ err: thrown, check: name }, `health check failing: ${messageOf(thrown)}`);
    const code = thrown instanceof HoldfastError ? thrown.code : `${name}.failed`;
    return { name, status: 'failing', latencyMs: latencyMs(), code };
  } finally {
    clearTimeout(timer);
  }
}
