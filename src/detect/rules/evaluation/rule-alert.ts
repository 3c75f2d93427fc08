/** One alert of a rule: a set of labels, from the first sample on until its end has been told. */
export type RuleAlert = {
  /** Of the labels. */
  fingerprint: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  state: 'pending' | 'firing' | 'resolved';
  value: number;
  /** Since when its sample has been there. */
  activeAtMs: number;
  firedAtMs: number | null;
  resolvedAtMs: number | null;
  /** While it only fires because of `keep_firing_for`: since when its sample is gone. */
  goneSinceMs: number | null;
  /** When the alerts were last told of it. */
  sentAtMs: number | null;
};

export type RuleAlerts = ReadonlyMap<string, RuleAlert>;
