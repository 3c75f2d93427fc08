import { prometheusDuration } from '../../../platform/yaml/durations.ts';
import { list, mapOf, object, placeIn, type Shape, scalar, text } from '../../../platform/yaml/shape.ts';
import type { Place, Reading } from '../../../platform/yaml/yaml-reading.ts';
import type { RuleGroup } from '../rule.ts';
import { judgeRuleTemplate } from '../templates/render-rule-texts.ts';
import { burnRateRules, type Slo } from './burn-rate-rules.ts';
import { judgeExpression } from './judge-expression.ts';

const DEFAULT_WINDOW_MS = 30 * 86_400_000;
const SHORTEST_WINDOW_MS = 86_400_000;
const WINDOW = /\$(?:window\b|\{window\})/;

/** `99.9%` and `99.9` are percentages; a number up to 1 is a ratio. */
const objective: Shape<number> = scalar('an objective such as 99.9%', (written, node, reading) => {
  const [, digits, sign] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(written.trim()) ?? [];
  const number = Number(digits);
  const ratio = sign === '%' || number > 1 ? number / 100 : number;
  if (digits !== undefined && ratio > 0 && ratio < 1) return Number(ratio.toPrecision(12));
  return reading.report(node, `an objective is between 0% and 100%, such as 99.9%, not ${JSON.stringify(written)}`);
});

const readSlo = object('an SLO', {
  name: text,
  description: text,
  objective,
  window: prometheusDuration,
  good: text,
  total: text,
  errorRatio: text,
  labels: mapOf(text, { empty: '' }),
  annotations: mapOf(text, { empty: '' }),
});

/** Objectives; each stands for burn-rate rules. */
export const readSloFile = object('a file of SLOs', { slos: list(readSlo, 'an empty SLO') });

/** A group of rules for each SLO. */
export function sloGroups(
  read: NonNullable<ReturnType<typeof readSloFile>>,
  { file, reading, notice }: { file: string; reading: Reading; notice: (at: object | Place, message: string) => void },
): RuleGroup[] {
  const names = new Set<string>();
  return (read.slos ?? []).flatMap((given) => {
    const report = (key: string | undefined, message: string) => reading.report(placeIn(given, key), message);
    const { name = '', good, total, errorRatio } = given;
    const windowMs = given.window ?? DEFAULT_WINDOW_MS;
    if (name === '') report(undefined, 'an SLO needs a name');
    else if (names.has(name)) report('name', `SLO ${JSON.stringify(name)} is there twice`);
    names.add(name);
    if (given.objective === undefined && reading.problems.length === 0) report(undefined, `${name} needs an objective`);
    if (windowMs < SHORTEST_WINDOW_MS) report('window', 'the window of an SLO is at least 1d');
    if ((errorRatio === undefined) === (good === undefined && total === undefined))
      report(undefined, 'give either errorRatio, or good and total');
    else if (errorRatio === undefined && (good === undefined || total === undefined))
      report(undefined, `${good === undefined ? 'good' : 'total'} is missing: give errorRatio, or good and total`);
    for (const [key, expression] of Object.entries({ good, total, errorRatio })) {
      if (expression === undefined) continue;
      if (!WINDOW.test(expression)) report(key, `${key} must look over [$window]: each rule puts its own window there`);
      const wrong = judgeExpression(expression.replaceAll(new RegExp(WINDOW, 'g'), '5m'));
      if (wrong) report(key, `${key} could not be parsed: ${wrong.message}`);
    }
    for (const [key, template] of [...Object.entries(given.labels ?? {}), ...Object.entries(given.annotations ?? {})]) {
      const wrong = judgeRuleTemplate(template);
      if (wrong !== null) report(undefined, `${JSON.stringify(key)}: ${wrong}`);
    }
    if (reading.problems.length > 0 || given.objective === undefined) return [];
    const slo: Slo = {
      name,
      description: given.description ?? null,
      objective: given.objective,
      windowMs,
      ratio: errorRatio === undefined ? { good: good ?? '', total: total ?? '' } : { errorRatio },
      labels: given.labels ?? {},
      annotations: given.annotations ?? {},
      line: placeIn(given).line,
    };
    const { rules, impossible } = burnRateRules(slo);
    for (const what of impossible) notice(placeIn(given, 'objective'), `${name}: ${what}`);
    return [{ name: `slo-${name}`, file, intervalMs: null, limit: 0, queryOffsetMs: 0, rules }];
  });
}
