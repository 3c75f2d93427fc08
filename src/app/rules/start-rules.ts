import { join } from 'node:path';
import type { Registry } from 'prom-client';
import type { AlertEngine } from '../../detect/alerting/index.ts';
import type { RuleEvaluator } from '../../detect/rules/evaluation/index.ts';
import { type IdentifiedGroup, identifyRules } from '../../detect/rules/index.ts';
import { queryPrometheus } from '../../executors/promql/query-prometheus.ts';
import { writeRemotely } from '../../executors/promql/remote-write.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { HoldfastConfig } from '../../platform/config/load-config.ts';
import type { Database } from '../../platform/db/database.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { findPackage } from '../../platform/package/package-root.ts';
import type { createRecordingPlacer } from './read-rule-files.ts';
import { registerRuleMetrics } from './register-rule-metrics.ts';
import { createAlertTeller } from './tell-alerts.ts';

/** Rules inside the server. */
export type Rules = {
  /** As their files say now. */
  groups(): readonly IdentifiedGroup[];
  /** Of groups that do not say. */
  intervalMs: number;
  /** Begins to evaluate them, while this process is the one that tells of alerts. */
  evaluate(): Promise<void>;
  /** Reads the files again; a bad one changes nothing. */
  reload(): Promise<void>;
  stop(): Promise<void>;
};

type RulesConfig = Pick<HoldfastConfig, 'rules' | 'targets'>;

/**
 * Reads the configured rules.
 * @throws HoldfastError invalid `rules.invalid`
 */
export async function startRules(
  deps: {
    database: Database;
    clock: Clock;
    logger: Logger;
    registry: Registry;
    engine: AlertEngine;
    externalUrl: () => string;
  },
  config: RulesConfig,
): Promise<Rules> {
  const { logger, engine, clock } = deps;
  const { externalLabels, intervalMs, remoteWrite } = config.rules;
  const packs = config.rules.target === null ? [] : config.rules.packs;
  const files = [...config.rules.files, ...packs.map((pack) => join(findPackage().root, 'rules', `${pack}.yaml`))];
  const target = config.rules.target === null ? undefined : config.targets[config.rules.target];
  let groups: readonly IdentifiedGroup[] = [];
  let evaluator: RuleEvaluator | null = null;
  let place: ReturnType<typeof createRecordingPlacer> = (expression) => ({ expression });

  const load = async () => {
    if (files.length === 0) return [];
    // Only who has rules pays for their reader.
    const reader = await import('./read-rule-files.ts');
    const { describeRuleProblem, inlineRecordings, readRuleFiles } = reader;
    const { groups: read, notices } = await readRuleFiles(files);
    for (const notice of notices) logger.info(describeRuleProblem(notice));
    // Where nothing keeps what is recorded, alerts ask for what it is made of.
    const asked = remoteWrite === null ? inlineRecordings(read, intervalMs) : read;
    if (remoteWrite === null) place = reader.createRecordingPlacer(read, intervalMs);
    for (const { file, rules } of asked)
      for (const rule of rules)
        if (rule.kind === 'alert' && rule.asked && 'reason' in rule.asked)
          logger.warn(describeRuleProblem({ file, line: rule.line, column: 1, message: rule.asked.reason }));
    groups = identifyRules(asked);
    await evaluator?.setGroups(asked);
    logger.info(
      { groups: asked.length, rules: asked.reduce((sum, { rules }) => sum + rules.length, 0) },
      'rules loaded',
    );
    return asked;
  };
  let loaded = await load();
  let reloading: Promise<void> = Promise.resolve();
  return {
    groups: () => groups,
    intervalMs,
    async evaluate() {
      if (target?.kind !== 'prometheus' || files.length === 0) return;
      const { startRuleEvaluator } = await import('../../detect/rules/evaluation/index.ts');
      evaluator = startRuleEvaluator({
        pool: deps.database.pool,
        clock,
        logger,
        query: (expression, atMs, signal) => queryPrometheus(target, expression, signal, atMs),
        record:
          remoteWrite === null
            ? null
            : (samples) => writeRemotely({ url: remoteWrite, tokenFile: target.tokenFile }, samples),
        tell: createAlertTeller({ engine, clock, externalLabels, queryUrl: target.url }),
        place: (expression) => place(expression),
        evaluates: () => engine.dispatches,
        externalUrl: deps.externalUrl,
        externalLabels,
        intervalMs,
        ...registerRuleMetrics(deps.registry),
      });
      await evaluator.setGroups(loaded);
    },
    reload() {
      reloading = reloading.then(async () => {
        try {
          loaded = await load();
        } catch (thrown) {
          logger.error({ err: messageOf(thrown) }, 'the old rules are kept');
        }
      });
      return reloading;
    },
    async stop() {
      await reloading;
      await evaluator?.stop();
    },
  };
}
