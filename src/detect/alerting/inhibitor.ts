import { type Alert, isResolvedAt } from './alert.ts';
import { type LabelSet, labelValue } from './labels/label-set.ts';
import { type Matcher, matchesAll } from './matchers/matcher.ts';

/** While an alert that matches `source` fires, those that match `target` with the same `equal` labels are not told. */
export type InhibitRule = {
  readonly name: string;
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly string[];
};

export type Inhibitor = {
  /** Told of every alert that was stored. */
  noteAlert(alert: Alert): void;
  /** Told of every alert that was dropped. */
  forget(fingerprint: string): void;
  /** Fingerprint of a firing alert that inhibits these labels, by the first rule that says so; null when none does. */
  inhibitedBy(labels: LabelSet, nowMs: number): string | null;
};

type IndexedRule = { rule: InhibitRule; sources: Map<string, Map<string, Alert>> };

/** Looks up by the values of the `equal` labels, so that a rule costs the same with one source and with ten thousand. */
export function createInhibitor(rules: readonly InhibitRule[]): Inhibitor {
  const indexed: IndexedRule[] = rules.map((rule) => ({ rule, sources: new Map() }));
  const placeOf = (rule: InhibitRule, labels: LabelSet) =>
    // A missing label equals an empty one.
    JSON.stringify(rule.equal.map((name) => labelValue(labels, name)));

  return {
    noteAlert(alert) {
      for (const { rule, sources } of indexed) {
        if (!matchesAll(rule.source, alert.labels)) continue;
        const place = placeOf(rule, alert.labels);
        const there = sources.get(place);
        if (there) there.set(alert.fingerprint, alert);
        else sources.set(place, new Map([[alert.fingerprint, alert]]));
      }
    },
    forget(fingerprint) {
      for (const { sources } of indexed) {
        for (const [place, alerts] of sources) {
          if (alerts.delete(fingerprint) && alerts.size === 0) sources.delete(place);
        }
      }
    },
    inhibitedBy(labels, nowMs) {
      for (const { rule, sources } of indexed) {
        if (sources.size === 0 || !matchesAll(rule.target, labels)) continue;
        const candidates = sources.get(placeOf(rule, labels));
        if (!candidates) continue;
        // An alert on both sides would inhibit itself, and its like each other.
        const twoSided = matchesAll(rule.source, labels);
        for (const alert of candidates.values()) {
          if (isResolvedAt(alert, nowMs) || (twoSided && matchesAll(rule.target, alert.labels))) continue;
          return alert.fingerprint;
        }
      }
      return null;
    },
  };
}
