import { prometheusDuration } from '../../../platform/yaml/durations.ts';
import { integer, list, mapOf, object, placeIn, type Shape, text } from '../../../platform/yaml/shape.ts';
import type { Reading } from '../../../platform/yaml/yaml-reading.ts';
import type { Rule, RuleGroup } from '../rule.ts';
import { judgeRuleTemplate } from '../templates/render-rule-texts.ts';
import { judgeExpression } from './judge-expression.ts';

/** Any text is a name since Prometheus 3. */
const isName = (name: string) => name !== '' && name.isWellFormed() && !name.includes('\0');
const MOST_ALERTS = 2_147_483_647;

/** Texts by name; each is judged at its own place. */
function texts(what: 'label' | 'annotation'): Shape<Record<string, string>> {
  const judged: Shape<string> = (node, reading) => {
    const written = text(node, reading);
    if (written === undefined) return undefined;
    const wrong = !written.isWellFormed() || written.includes('\0') ? 'holds characters that are no text' : null;
    if (wrong !== null) return reading.report(node, `invalid ${what} value: ${wrong}`);
    return written;
  };
  return mapOf(judged, {
    empty: '',
    checkKey: (name) =>
      isName(name) && !(what === 'label' && name === '__name__')
        ? null
        : `invalid ${what} name: ${JSON.stringify(name)}`,
  });
}

const readRule = object('a rule', {
  alert: text,
  record: text,
  expr: text,
  for: prometheusDuration,
  keep_firing_for: prometheusDuration,
  labels: texts('label'),
  annotations: texts('annotation'),
});
type ReadRule = NonNullable<ReturnType<typeof readRule>>;

const GROUP_FIELDS = {
  name: text,
  interval: prometheusDuration,
  limit: integer(0, MOST_ALERTS),
  query_offset: prometheusDuration,
  labels: texts('label'),
  rules: list(readRule, 'an empty rule'),
};
const FILE_FIELDS = { groups: list(object('a group', GROUP_FIELDS), 'an empty group') };
/** `groups:` of a Prometheus rule file. */
export const readRuleFile = object('a rule file', FILE_FIELDS);
/** `spec:` of a PrometheusRule: the same, with what only Thanos reads. */
export const readRuleSpec = object('the spec of a PrometheusRule', {
  groups: list(object('a group', { ...GROUP_FIELDS, partial_response_strategy: text }), 'an empty group'),
});
type ReadGroups = NonNullable<ReturnType<typeof readRuleFile>>['groups'];

/** Judges what was read as Prometheus does, and makes groups of it. */
export function toGroups(read: ReadGroups, { file, reading }: { file: string; reading: Reading }): RuleGroup[] {
  const names = new Set<string>();
  return (read ?? []).map((group) => {
    const name = group.name ?? '';
    if (name === '') reading.report(placeIn(group), 'the name of a group must not be empty');
    else if (names.has(name))
      reading.report(placeIn(group, 'name'), `groupname: ${JSON.stringify(name)} is repeated in the same file`);
    names.add(name);
    const rules = (group.rules ?? []).map((rule) => {
      judgeRule(rule, reading);
      return toRule(rule, group.labels ?? {});
    });
    return {
      name,
      file,
      intervalMs: group.interval || null,
      limit: group.limit ?? 0,
      queryOffsetMs: group.queryOffset ?? 0,
      rules,
    };
  });
}

function toRule(rule: ReadRule, groupLabels: Readonly<Record<string, string>>): Rule {
  const labels = { ...groupLabels, ...rule.labels };
  const { line } = placeIn(rule);
  if (rule.record) return { kind: 'record', name: rule.record, expression: rule.expr ?? '', labels, line };
  return {
    kind: 'alert',
    name: rule.alert ?? '',
    expression: rule.expr ?? '',
    forMs: rule.for ?? 0,
    keepFiringForMs: rule.keepFiringFor ?? 0,
    labels,
    annotations: rule.annotations ?? {},
    line,
  };
}

function judgeRule(rule: ReadRule, reading: Reading): void {
  const report = (key: string | undefined, message: string) => reading.report(placeIn(rule, key), message);
  if (rule.alert && rule.record) report('record', "only one of 'record' and 'alert' must be set");
  else if (!rule.alert && !rule.record) report(undefined, "one of 'record' or 'alert' must be set");
  if (!rule.expr) report(rule.expr === undefined ? undefined : 'expr', "field 'expr' must be set in rule");
  else {
    const wrong = judgeExpression(rule.expr);
    if (wrong) report('expr', `could not parse expression: ${placed(rule.expr, wrong.offset)}: ${wrong.message}`);
  }
  if (rule.record) {
    for (const [key, written] of [
      ['annotations', Object.keys(rule.annotations ?? {}).length > 0],
      ['for', (rule.for ?? 0) > 0],
      ['keep_firing_for', (rule.keepFiringFor ?? 0) > 0],
    ] as const)
      if (written) report(key, `invalid field '${key}' in recording rule`);
    if (!isName(rule.record)) report('record', `invalid recording rule name: ${rule.record}`);
    else if (/[{}]/.test(rule.record))
      report('record', `braces present in the recording rule name; should it be in expr?: ${rule.record}`);
    return;
  }
  for (const [what, key] of [
    ['label', 'labels'],
    ['annotation', 'annotations'],
  ] as const) {
    for (const [name, template] of Object.entries(rule[key] ?? {})) {
      const wrong = judgeRuleTemplate(template);
      if (wrong !== null) reading.report(placeIn(rule[key] ?? rule, name), `${what} ${JSON.stringify(name)}: ${wrong}`);
    }
  }
}

/** Line and column inside the expression, as Prometheus counts them. */
function placed(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}
