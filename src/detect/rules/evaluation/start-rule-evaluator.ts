import type { Clock } from '../../../platform/clock/clock.ts';
import type { Logger } from '../../../platform/log/logger.ts';
import type { AlertRule, RuleGroup } from '../rule.ts';
import { dropRules, listKnownRules, type RuleState, readRuleStates } from '../rule-store.ts';
import { endAll, resumeAlerts } from './advance-alerts.ts';
import { type EvaluationDeps, evaluateGroup } from './evaluate-group.ts';
import { nextTime } from './group-times.ts';
import { type IdentifiedGroup, identifyRules } from './identify-rules.ts';

export type RuleEvaluatorDeps = EvaluationDeps & {
  clock: Clock;
  logger: Logger;
  /** Whether this process is the one that evaluates. */
  evaluates: () => boolean;
  /** Of groups that do not say. */
  intervalMs: number;
  missed(group: IdentifiedGroup, count: number): void;
};

export type RuleEvaluator = {
  /** Other groups from now on. Alerts of rules that are in none of them end. */
  setGroups(groups: readonly RuleGroup[]): Promise<void>;
  stop(): Promise<void>;
};

/** How often rules that no file names any more are looked for. */
const SWEEP_MS = 60_000;

/** Evaluates groups of rules, each in its own rhythm, while this process is the one that does. */
export function startRuleEvaluator(deps: RuleEvaluatorDeps): RuleEvaluator {
  const { clock, logger, pool } = deps;
  let running: { stop(): Promise<void> }[] = [];
  let changing: Promise<void> = Promise.resolve();

  const retire = async (groups: readonly IdentifiedGroup[]) => {
    if (!deps.evaluates()) return;
    const named = new Set(groups.flatMap(({ rules }) => rules.map(({ id }) => id)));
    const gone = (await listKnownRules(pool)).filter((id) => !named.has(id));
    if (gone.length === 0) return;
    const nowMs = clock.now().getTime();
    for (const [id, { alerts }] of await readRuleStates(pool, gone)) {
      const over = [...endAll(alerts, nowMs).values()].filter(({ firedAtMs }) => firedAtMs !== null);
      if (over.length > 0) await deps.tell({ ...NO_RULE, id }, over, deps.intervalMs);
    }
    await dropRules(pool, gone);
  };

  const tryRetire = (groups: readonly IdentifiedGroup[]) =>
    retire(groups).catch((thrown: unknown) =>
      logger.warn({ err: thrown }, 'could not end the alerts of rules that are gone, will be tried again'),
    );
  return {
    setGroups(groups) {
      changing = changing.then(async () => {
        await Promise.all(running.map((each) => each.stop()));
        const identified = identifyRules(groups);
        await tryRetire(identified);
        running = [
          ...identified.map((group) => runGroup(deps, group)),
          repeat(clock, SWEEP_MS, () => tryRetire(identified)),
        ];
      });
      return changing;
    },
    async stop() {
      await changing;
      await Promise.all(running.map((each) => each.stop()));
      running = [];
    },
  };
}

/** For what is left of a rule whose text is gone. */
const NO_RULE: AlertRule = {
  kind: 'alert',
  name: '',
  expression: '',
  forMs: 0,
  keepFiringForMs: 0,
  labels: {},
  annotations: {},
  line: 0,
};

/** The rhythm of one group: never two evaluations at once; those there was no time for are counted, not made up for. */
function runGroup(deps: RuleEvaluatorDeps, group: IdentifiedGroup): { stop(): Promise<void> } {
  const { clock, logger } = deps;
  const intervalMs = group.intervalMs ?? deps.intervalMs;
  const ended = new AbortController();
  let states: Map<string, RuleState> | null = null;
  const written: Parameters<typeof evaluateGroup>[2]['written'] = new Map();
  let current: Promise<void> = Promise.resolve();
  let cancel = () => {};

  /** The state as the last process left it. */
  const resume = async (nowMs: number) => {
    const ids = group.rules.map(({ id }) => id);
    const found = await readRuleStates(deps.pool, ids);
    for (const [id, { health, alerts }] of found) {
      const lastMs = health?.evaluatedAtMs ?? null;
      found.set(id, { health, alerts: resumeAlerts(alerts, { lastMs, nowMs, intervalMs }) });
    }
    return found;
  };
  const evaluate = async (atMs: number, missed: number) => {
    // Whoever evaluated meanwhile has left another state.
    if (!deps.evaluates()) states = null;
    else {
      states ??= await resume(atMs);
      await evaluateGroup(deps, group, { states, written, atMs, intervalMs, missed, signal: ended.signal });
    }
  };
  const arm = (atMs: number, missed: number) => {
    cancel = clock.wakeAt(new Date(atMs), () => {
      current = evaluate(atMs, missed)
        .catch((thrown: unknown) => {
          states = null;
          if (!ended.signal.aborted)
            logger.warn(
              { group: group.name, err: thrown },
              'a group of rules could not be evaluated, will be tried again',
            );
        })
        .then(() => {
          if (ended.signal.aborted) return;
          const next = nextTime(group.id, intervalMs, Math.max(atMs, clock.now().getTime()));
          const late = Math.max(0, Math.round((next - atMs) / intervalMs) - 1);
          if (late > 0 && deps.evaluates()) deps.missed(group, late);
          arm(next, late);
        });
    });
  };
  arm(nextTime(group.id, intervalMs, clock.now().getTime()), 0);
  return {
    async stop() {
      cancel();
      ended.abort();
      await current;
      cancel();
    },
  };
}

function repeat(clock: Clock, everyMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let stopped = false;
  let current = Promise.resolve();
  let cancel = () => {};
  const arm = () => {
    cancel = clock.wakeAt(new Date(clock.now().getTime() + everyMs), () => {
      current = work().then(() => {
        if (!stopped) arm();
      });
    });
  };
  arm();
  return {
    async stop() {
      stopped = true;
      cancel();
      await current;
    },
  };
}
