const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** `1h30m`: milliseconds as PromQL writes them, in the largest units that say it exactly. */
export function formatWindow(ms: number): string {
  let rest = Math.max(1, Math.round(ms));
  let shown = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) shown += `${count}${unit}`;
    rest -= count * size;
  }
  return shown;
}

/** In parentheses that a comment at its end does not swallow. */
export function parenthesize(expression: string): string {
  const bare = expression.trim();
  return bare.includes('#') ? `(${bare}\n)` : `(${bare})`;
}
