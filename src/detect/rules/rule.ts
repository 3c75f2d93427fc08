/** Rules as they are evaluated, whatever file they were written in. Durations are milliseconds. */

export type Rule = AlertRule | RecordingRule;

/** An expression whose every sample is an alert. */
export type AlertRule = {
  kind: 'alert';
  /** The label `alertname`. */
  name: string;
  expression: string;
  /** How long a sample must be there before it fires. */
  forMs: number;
  /** How long an alert still fires after its sample is gone. */
  keepFiringForMs: number;
  /** Templates, those of the group included. */
  labels: Readonly<Record<string, string>>;
  /** Templates. */
  annotations: Readonly<Record<string, string>>;
  line: number;
  /** What is asked in place of the expression, where that names what other rules record; or why it cannot be. */
  asked?: { expression: string } | { reason: string };
};

/** An expression whose samples are a series of another name. */
export type RecordingRule = {
  kind: 'record';
  /** Of the series. */
  name: string;
  expression: string;
  /** As they are; those of the group included. */
  labels: Readonly<Record<string, string>>;
  line: number;
};

/** Rules that are evaluated together, each after the one before. */
export type RuleGroup = {
  name: string;
  /** The file it is from, and in a file of objects the object: `rules.yaml:monitoring/shop`. */
  file: string;
  /** null: the interval of the evaluator. */
  intervalMs: number | null;
  /** Most alerts or series of one rule; more is an error of the rule. 0 is no limit. */
  limit: number;
  /** How far in the past it looks, for series that arrive late. */
  queryOffsetMs: number;
  rules: readonly Rule[];
};

/** Something wrong in a rule file, from line and column 1. */
export type RuleProblem = { file: string; line: number; column: number; message: string };

/** What a file comes to. With a problem nothing of it is used. */
export type LoadedRules = {
  groups: RuleGroup[];
  problems: RuleProblem[];
  /** What is right but not done, or done by a convention. */
  notices: RuleProblem[];
};
