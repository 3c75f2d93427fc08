import type { RunClass } from '../risk/verdict.ts';

/**
 * One line of the risk table: which call of a tool it speaks of, what that call does, and real lines it was checked on.
 * Rules of a tool are tried in order and the first that matches decides, so the special case stands above the general one.
 */
export type RiskRule = {
  /**
   * The words after the tool's name that are not options, as a pattern: `rollout restart`, `get|describe`, `* describe-*`.
   * Omitted: any. `*` stands for any word or any part of one, `-` alone for no word at all. ` / ` parts alternatives;
   * `-x|--long` among the words asks for one of these options; `@stop|delete` for one of these among the first words.
   */
  sub?: string;
  /** At least one of these options must be there. `--all` also matches `--all=true`, `--replicas=0` only itself. */
  flags?: readonly string[];
  /** Matched against all arguments joined by blanks, for what is decided inside a value (a patch that nulls something). */
  args?: RegExp;
  risk: RunClass;
  /** Set where only a person can do it, such as in an editor. */
  byHand?: true;
  /** What it does, in words a person can decide on: "kubectl scale changes replicas". */
  reason: string;
  /** Complete lines this rule decides. They are run as tests. */
  examples: readonly string[];
};

/** `'a b c'` as a list, for tables of many names. */
export function words(list: string): string[] {
  return list.split(' ');
}

/** How the table reads one tool's command line. */
export type RiskTool = {
  /** The names it goes by, without a path. */
  names: readonly string[];
  /** Options whose value is the next word. Options not listed here are read both ways and the riskier reading counts. */
  valueOptions?: readonly string[];
  /** Options that never take a value as the next word; keeps the unlisted ones few. */
  bareOptions?: readonly string[];
  /** `-rf` means `-r -f`. */
  bundled?: boolean;
  /** Among how many first words `@verb` is looked for (3 unless told): `gcloud compute instances delete`. */
  verbDepth?: number;
  rules: readonly RiskRule[];
  /** What a call no rule speaks of does; without it such a call is opaque. */
  otherwise?: { risk: RunClass; reason: string };
};

/** One row of a compact table: risk, pattern (as `sub`), reason, examples. An empty pattern is every call. */
export type RiskRow = readonly [risk: RunClass, sub: string, reason: string, ...examples: string[]];

/** A tool whose rules fit in rows. `names` and options are separated by blanks. */
export function tool(
  names: string,
  settings: { values?: string; bare?: string; bundled?: boolean; verbDepth?: number },
  rules: readonly (RiskRow | RiskRule)[],
): RiskTool {
  return {
    names: words(names),
    ...(settings.values && { valueOptions: words(settings.values) }),
    ...(settings.bare && { bareOptions: words(settings.bare) }),
    ...(settings.bundled && { bundled: true }),
    ...(settings.verbDepth !== undefined && { verbDepth: settings.verbDepth }),
    rules: rules.map((row) => ('risk' in row ? row : ruleOf(row))),
  };
}

function ruleOf([risk, sub, reason, ...examples]: RiskRow): RiskRule {
  return { risk, reason, examples, ...(sub !== '' && { sub }) };
}
