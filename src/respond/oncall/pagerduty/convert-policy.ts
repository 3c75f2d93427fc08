import type { EscalationTarget, PolicySpec } from '../../../contract/oncall.ts';
import { nameOf, type PagerDutyPolicy, type Reference } from './pagerduty-shapes.ts';

/**
 * An escalation policy: each rule is a step that comes when those before it had their time, and the whole goes round
 * as often as there.
 * @param find whom a reference means; null where nobody here is
 */
export function convertPolicy(
  policy: PagerDutyPolicy,
  find: { user(reference: Reference): string | null; schedule(reference: Reference): string | null },
  note: (message: string) => void,
): PolicySpec | null {
  const steps: PolicySpec['steps'] = [];
  let afterMinutes = 0;
  for (const [index, rule] of policy.escalation_rules.entries()) {
    const level = `level ${index + 1}`;
    const to = rule.targets.flatMap((target): EscalationTarget[] => {
      const isSchedule = (target.type ?? '').startsWith('schedule');
      const found = isSchedule ? find.schedule(target) : find.user(target);
      if (found !== null) return [isSchedule ? { schedule: found } : { user: found }];
      // People who are missing are told all together.
      if (isSchedule) note(`${level}: schedule "${nameOf(target)}" is left out: give its file too`);
      return [];
    });
    const strategy = rule.escalation_rule_assignment_strategy;
    const how = typeof strategy === 'string' ? strategy : strategy?.type;
    if (how === 'round_robin') note(`${level} takes turns among its targets; here it tells all of them`);
    if (to.length === 0) note(`${level} is left out: it tells nobody`);
    else
      steps.push({
        name: `Level ${index + 1}`,
        when: [{ unackedAfter: afterMinutes === 0 ? '0s' : `${afterMinutes}m` }],
        to,
        do: ['page'],
      });
    afterMinutes += rule.escalation_delay_in_minutes;
  }
  const services = (policy.services ?? []).map(nameOf);
  if (services.length > 0) note(`services ${services.join(', ')} lead to it there: write routes for them`);
  const teams = (policy.teams ?? []).map(nameOf);
  if (teams.length > 0) note(`it belongs to teams ${teams.join(', ')}, which are not carried over`);
  if (policy.on_call_handoff_notifications === 'always') note('notices of handovers are not sent here');
  if (steps.length === 0) {
    note('left out: no step is left');
    return null;
  }
  const times = policy.num_loops ?? 0;
  return {
    ...(policy.description ? { description: policy.description.slice(0, 500) } : {}),
    steps,
    ...(times > 0 ? { repeat: { times, every: `${afterMinutes}m` } } : {}),
    fallback: [],
  };
}
