import { Cron } from 'croner';

/** What is wrong with a schedule, or null. Five fields, minutes first: seconds are nothing a runbook is started by. */
export function cronProblem(expression: string, timezone: string | null): string | null {
  if (
    expression.trim().split(/\s+/).length !== 5 &&
    !/^@(?:hourly|daily|weekly|monthly|yearly|annually)$/.test(expression)
  )
    return `\`${expression}\` is not a schedule of five fields`;
  try {
    const next = new Cron(expression, { ...(timezone === null ? {} : { timezone }), paused: true }).nextRun();
    return next === null ? `\`${expression}\` never comes` : null;
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message.replace(/^Cron\w+: /, '') : String(thrown);
    return `\`${expression}\`${timezone === null ? '' : ` in ${timezone}`} is not a schedule: ${said}`;
  }
}

/**
 * The next time after `after`. In a zone that changes its clocks a time that does not exist that day comes when the
 * clock has moved on, and one that exists twice comes once.
 */
export function nextCronTime(expression: string, timezone: string | null, after: Date): Date | null {
  return new Cron(expression, { timezone: timezone ?? 'UTC', paused: true }).nextRun(after);
}
