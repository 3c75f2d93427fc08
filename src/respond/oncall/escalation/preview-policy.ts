import type { SeverityRank } from '../../../contract/common.ts';
import type { PolicyPreview } from '../../../contract/escalation.ts';
import type { Queryable } from '../../../platform/db/database.ts';
import type { SeverityScheme } from '../../incidents/index.ts';
import { movesToCome } from './escalation-moves.ts';
import { calendarOf, requirePolicy } from './find-policy.ts';
import { resolveTargets } from './resolve-targets.ts';

/** Whom a policy would tell of an incident that opened now and that nobody answered, and when. Nobody is told. */
export async function previewPolicy(
  db: Queryable,
  asked: {
    policy: string;
    team: string | null;
    severity: SeverityRank;
    scheme: SeverityScheme;
    at: Date;
    timezone: string;
    channels: readonly string[];
  },
): Promise<PolicyPreview[]> {
  const policy = await requirePolicy(db, asked.policy);
  const snapshot = {
    policy: policy.spec,
    team: asked.team,
    calendar: await calendarOf(db, asked, asked.timezone),
    levels: asked.scheme.levels,
  };
  const facts = { startedAt: asked.at, severity: asked.severity, acknowledged: false, over: false, fired: [] };
  const previewed: PolicyPreview[] = [];
  for (const { round, step, cause, dueAt } of movesToCome(snapshot, facts)) {
    const { name, to, do: actions } = policy.spec.steps[step]!;
    // Who is on call by then, as the schedules stand.
    const found = await resolveTargets(db, to, { team: asked.team, at: dueAt, channels: asked.channels });
    previewed.push({
      round,
      step,
      name,
      cause,
      dueAt: dueAt.toISOString(),
      afterMs: dueAt.getTime() - asked.at.getTime(),
      users: found.users.map((user) => user.name),
      channels: found.channels,
      missing: found.missing,
      others: actions.flatMap((action) =>
        action === 'page' ? [] : Object.entries(action).map(([kind, text]) => `${kind}: ${text}`),
      ),
    });
  }
  return previewed;
}
