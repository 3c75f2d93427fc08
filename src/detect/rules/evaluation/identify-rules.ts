import { createHash } from 'node:crypto';
import type { AlertRule, RecordingRule, RuleGroup } from '../rule.ts';

/** A rule with the name its rows have. */
export type IdentifiedAlertRule = AlertRule & { id: string };
export type IdentifiedRule = IdentifiedAlertRule | (RecordingRule & { id: string });
export type IdentifiedGroup = Omit<RuleGroup, 'rules'> & { id: string; rules: readonly IdentifiedRule[] };

/**
 * Names rules by what people know them by, so that a changed expression or `for` keeps the alerts there are. Rules that
 * are alike are told apart by their order.
 */
export function identifyRules(groups: readonly RuleGroup[]): IdentifiedGroup[] {
  return groups.map((group) => {
    const alike = new Map<string, number>();
    const rules = group.rules.map((rule) => {
      const labels = Object.entries(rule.labels).sort(([one], [other]) => (one < other ? -1 : 1));
      const named = [group.file, group.name, rule.name, labels];
      const key = JSON.stringify(rule.kind === 'alert' ? named : [...named, rule.kind]);
      const nth = alike.get(key) ?? 0;
      alike.set(key, nth + 1);
      return { ...rule, id: `rule_${hash(`${key}#${nth}`)}` };
    });
    return { ...group, id: hash(JSON.stringify([group.file, group.name])), rules };
  });
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24);
