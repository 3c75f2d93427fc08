import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type AlertRule, alertRuleDetailSchema, alertRuleSchema } from '../../contract/alert-rule.ts';
import { listOf, listQuerySchema } from '../../contract/common.ts';
import {
  type IdentifiedAlertRule,
  type IdentifiedGroup,
  type RuleState,
  readRuleStates,
} from '../../detect/rules/index.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import {
  activeAlerts,
  formatValue,
  prometheusAlerts,
  prometheusGroups,
  RuleQueryError,
  readRuleFilter,
  stateOf,
} from './prometheus-rules.ts';

export type AlertRuleRouteDeps = Pick<HttpDeps, 'database'> & {
  rules: { groups(): readonly IdentifiedGroup[]; intervalMs: number };
};

const idsOf = (groups: readonly IdentifiedGroup[]) => groups.flatMap(({ rules }) => rules.map(({ id }) => id));

/** Rules over metrics: as a resource, and as Prometheus answers. Which there are stands in files. */
export function registerAlertRuleRoutes(app: HttpApp, { database, rules }: AlertRuleRouteDeps): void {
  const { pool } = database;
  app.get(
    '/api/v1/alert-rules',
    {
      config: { access: 'viewer', summary: 'Rules over metrics, with what their last evaluation came to' },
      schema: {
        querystring: listQuerySchema.extend({
          state: z.enum(['inactive', 'pending', 'firing']).optional(),
          health: z.enum(['unknown', 'ok', 'err']).optional(),
          group: z.string().max(1_000).optional(),
        }),
        response: { 200: listOf(alertRuleSchema) },
      },
    },
    async ({ query }) => {
      const states = await readRuleStates(pool, idsOf(rules.groups()));
      const found = listRules(rules, states).filter(
        (rule) =>
          (query.state === undefined || rule.state === query.state) &&
          (query.health === undefined || rule.health === query.health) &&
          (query.group === undefined || rule.group === query.group),
      );
      const after = query.cursor === undefined ? -1 : found.findIndex(({ id }) => id === query.cursor);
      if (query.cursor !== undefined && after < 0) {
        throw new HoldfastError({
          code: 'request.cursor',
          kind: 'invalid',
          message: 'the cursor names no rule of this list',
          hint: 'Begin the list anew: the rules have changed since.',
        });
      }
      const items = found.slice(after + 1, after + 1 + query.limit);
      const isLast = after + 1 + query.limit >= found.length;
      return { items, next: isLast ? null : (items.at(-1)?.id ?? null) };
    },
  );
  app.get(
    '/api/v1/alert-rules/:id',
    {
      config: { access: 'viewer', summary: 'One rule over metrics, with its alerts' },
      schema: { params: z.object({ id: z.string().max(100) }), response: { 200: alertRuleDetailSchema } },
    },
    async ({ params }) => {
      const states = await readRuleStates(pool, [params.id]);
      const rule = listRules(rules, states).find(({ id }) => id === params.id);
      if (!rule) {
        throw new HoldfastError({
          code: 'alert-rule.missing',
          kind: 'missing',
          message: `there is no rule ${params.id}`,
          hint: 'All of them: holdfast rules ls',
        });
      }
      const alerts = activeAlerts(states.get(params.id)).map((alert) => ({
        labels: { ...alert.labels },
        annotations: { ...alert.annotations },
        state: alert.state === 'pending' ? ('pending' as const) : ('firing' as const),
        value: formatValue(alert.value),
        activeAt: iso(alert.activeAtMs),
        firedAt: alert.firedAtMs === null ? null : iso(alert.firedAtMs),
      }));
      return { ...rule, alerts };
    },
  );
  app.get(
    '/api/v1/rules',
    { config: { access: 'viewer', summary: 'Rules over metrics, as Prometheus lists them' } },
    (request, reply) =>
      answer(reply, async () => {
        const filter = readRuleFilter(request.query as Record<string, unknown>);
        const groups = rules.groups();
        const states = await readRuleStates(pool, idsOf(groups));
        return prometheusGroups(groups, states, { filter, intervalMs: rules.intervalMs });
      }),
  );
  app.get(
    '/api/v1/alerts',
    { config: { access: 'viewer', summary: 'Alerts of rules that wait or fire, as Prometheus lists them' } },
    (_request, reply) =>
      answer(reply, async () => {
        const groups = rules.groups();
        return prometheusAlerts(groups, await readRuleStates(pool, idsOf(groups)));
      }),
  );
}

async function answer(reply: FastifyReply, read: () => Promise<unknown>): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store').type('application/json');
  try {
    return reply.send({ status: 'success', data: await read() });
  } catch (thrown) {
    if (!(thrown instanceof RuleQueryError)) throw thrown;
    return reply.code(400).send({ status: 'error', errorType: 'bad_data', error: thrown.message });
  }
}

function listRules(rules: AlertRuleRouteDeps['rules'], states: ReadonlyMap<string, RuleState>): AlertRule[] {
  return rules
    .groups()
    .flatMap((group) =>
      group.rules.flatMap((rule) =>
        rule.kind === 'alert' ? [describeRule(group, rule, states.get(rule.id), rules.intervalMs)] : [],
      ),
    );
}

function describeRule(
  group: IdentifiedGroup,
  rule: IdentifiedAlertRule,
  state: RuleState | undefined,
  intervalMs: number,
): AlertRule {
  const active = activeAlerts(state);
  const firing = active.filter((alert) => alert.state === 'firing').length;
  const health = state?.health ?? null;
  return {
    id: rule.id,
    name: rule.name,
    group: group.name,
    file: group.file,
    line: rule.line,
    expression: rule.expression,
    intervalMs: group.intervalMs ?? intervalMs,
    forMs: rule.forMs,
    keepFiringForMs: rule.keepFiringForMs,
    labels: { ...rule.labels },
    annotations: { ...rule.annotations },
    state: stateOf(state),
    health: health?.health ?? 'unknown',
    error: health?.error ?? null,
    evaluatedAt: health === null ? null : iso(health.evaluatedAtMs),
    durationMs: health?.durationMs ?? null,
    pending: active.length - firing,
    firing,
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
