import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { documentShape, type PagerDutyPolicy, type PagerDutySchedule, type Reference } from './pagerduty-shapes.ts';

const MOST_PROBLEMS = 10;

/** What several answers of the API say together. @throws HoldfastError `oncall.convert-invalid` (400) */
export function readPagerDuty(documents: readonly { name: string; text: string }[]): {
  schedules: PagerDutySchedule[];
  policies: PagerDutyPolicy[];
  /** Those that are told whole, by lists or beside a schedule. */
  users: Reference[];
} {
  const read = documents.map(({ name, text }) => {
    const parsed = documentShape.safeParse(parseJson(name, text));
    if (parsed.success) return parsed.data;
    const lines = parsed.error.issues
      .slice(0, MOST_PROBLEMS)
      .map(({ path, message }) => `${name}: ${path.length > 0 ? `${path.map(String).join('.')}: ` : ''}${message}`);
    throw invalid(lines.join('\n'));
  });
  const schedules = read.flatMap(({ schedule, schedules: more = [] }) => [...(schedule ? [schedule] : []), ...more]);
  const policies = read.flatMap((each) => [
    ...(each.escalation_policy ? [each.escalation_policy] : []),
    ...(each.escalation_policies ?? []),
  ]);
  const listed = [...read.flatMap(({ users = [] }) => users), ...schedules.flatMap(({ users }) => users ?? [])];
  return { schedules, policies, users: listed.filter(({ email }) => email) };
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw invalid(`${name} is not valid JSON: ${(thrown as Error).message}`);
  }
}

function invalid(message: string): HoldfastError {
  return new HoldfastError({
    code: 'oncall.convert-invalid',
    kind: 'invalid',
    message,
    hint: 'Give what GET /schedules/ID and GET /escalation_policies/ID of PagerDuty’s REST API v2 answer.',
  });
}
