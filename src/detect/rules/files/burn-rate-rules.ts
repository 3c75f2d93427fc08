import type { AlertRule } from '../rule.ts';
import { formatWindow, parenthesize } from './window.ts';

/** A promise: this share of what happens in the window is good. */
export type Slo = {
  name: string;
  description: string | null;
  /** 0.999 */
  objective: number;
  windowMs: number;
  /** PromQL with `$window`. */
  ratio: { good: string; total: string } | { errorRatio: string };
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  line: number;
};

const HOUR_MS = 3_600_000;
/**
 * Alert when this share of the budget is spent within the long window; the short one lets the alert end soon. With a
 * window of 30 days these are the rates 14.4, 6, 3 and 1.
 * https://sre.google/workbook/alerting-on-slos/
 */
const BURNS = [
  { budget: 0.02, longMs: HOUR_MS, shortMs: HOUR_MS / 12, severity: 'critical', speed: 'fast' },
  { budget: 0.05, longMs: 6 * HOUR_MS, shortMs: HOUR_MS / 2, severity: 'critical', speed: 'fast' },
  { budget: 0.1, longMs: 24 * HOUR_MS, shortMs: 2 * HOUR_MS, severity: 'warning', speed: 'slow' },
  { budget: 0.1, longMs: 72 * HOUR_MS, shortMs: 6 * HOUR_MS, severity: 'warning', speed: 'slow' },
] as const;

/**
 * The multi-window, multi-burn-rate rules of an SLO.
 * @returns also what can never happen: a burn that would need more than everything to fail, or a longer window
 */
export function burnRateRules(slo: Slo): { rules: AlertRule[]; impossible: string[] } {
  const rules: AlertRule[] = [];
  const impossible: string[] = [];
  const allowed = tidy(1 - slo.objective);
  for (const { budget, longMs, shortMs, severity, speed } of BURNS) {
    const rate = tidy((budget * slo.windowMs) / longMs);
    const limit = tidy(rate * allowed);
    const long = formatWindow(longMs);
    if (longMs > slo.windowMs || limit >= 1) {
      const why = limit >= 1 ? 'more than everything would have to fail' : 'it is longer than the SLO’s own';
      impossible.push(`no rule for the window of ${long}: ${why}`);
      continue;
    }
    const short = formatWindow(shortMs);
    rules.push({
      kind: 'alert',
      name: `${pascal(slo.name)}ErrorBudgetBurn`,
      expression: `${ratioOver(slo, long)} > ${limit}\nand\n${ratioOver(slo, short)} > ${limit}`,
      forMs: 0,
      keepFiringForMs: 0,
      labels: { severity, slo: slo.name, burn: speed, long_window: long, short_window: short, ...slo.labels },
      annotations: {
        summary: `${slo.name} burns its error budget ${rate} times too fast`,
        description: `${slo.description === null ? '' : `${slo.description.trim()} `}{{ $value | humanizePercentage }} failed over ${long}; the objective of ${tidy(slo.objective * 100)}% over ${formatWindow(slo.windowMs)} allows ${tidy(allowed * 100)}%.`,
        ...slo.annotations,
      },
      line: slo.line,
    });
  }
  return { rules, impossible };
}

function ratioOver(slo: Slo, window: string): string {
  const over = (expression: string) => parenthesize(expression.replaceAll(/\$(?:window\b|\{window\})/g, window));
  return 'errorRatio' in slo.ratio
    ? over(slo.ratio.errorRatio)
    : `(1 - ${over(slo.ratio.good)} / ${over(slo.ratio.total)})`;
}

/** Without what binary fractions add: 1 - 0.999 is 0.001. */
const tidy = (value: number) => Number(value.toPrecision(10));

function pascal(name: string): string {
  return name
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
