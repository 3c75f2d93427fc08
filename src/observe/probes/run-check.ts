import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { createCommandCheck } from './checks/check-command.ts';
import { checkHttp } from './checks/check-http.ts';
import { checkProcess } from './checks/check-process.ts';
import { createSqlCheck, type TargetUrl } from './checks/check-sql.ts';
import { checkTcp } from './checks/check-tcp.ts';
import type { ProbeAnswer, ProbeSpec } from './probe-spec.ts';

export type TimedAnswer = ProbeAnswer & { durationMs: number };
export type RunCheck = (spec: ProbeSpec, signal: AbortSignal) => Promise<TimedAnswer>;

/** All kinds of probes behind one function, each answer timed. */
export function createRunCheck(deps: { targetUrl: TargetUrl; environment: NodeJS.ProcessEnv }): RunCheck {
  const checkSql = createSqlCheck(deps.targetUrl);
  const checkCommand = createCommandCheck(deps.environment);
  const dispatch = (spec: ProbeSpec, signal: AbortSignal): Promise<ProbeAnswer> => {
    switch (spec.kind) {
      case 'http':
        return checkHttp(spec, signal);
      case 'tcp':
        return checkTcp(spec, signal);
      case 'sql':
        return checkSql(spec, signal);
      case 'process':
        return checkProcess(spec, signal);
      case 'command':
        return checkCommand(spec, signal);
    }
  };
  return async (spec, signal) => {
    const startedAt = performance.now();
    const answer = await dispatch(spec, signal).catch((thrown: unknown) => ({
      healthy: false,
      reason: messageOf(thrown),
    }));
    return { ...answer, durationMs: Math.round((performance.now() - startedAt) * 100) / 100 };
  };
}
