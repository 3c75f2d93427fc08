import type { FiredStep } from '../../../src/contract/escalation.ts';
import type { EscalationTarget, EscalationTrigger } from '../../../src/contract/oncall.ts';

/** Why a step fires, or did. */
export const CAUSE_WORDS: Record<FiredStep['cause'], { fires: string; fired: string }> = {
  unacked: { fires: 'unless somebody acknowledges', fired: 'nobody had acknowledged' },
  unresolved: { fires: 'unless it is resolved', fired: 'it was not resolved' },
  severity: { fires: 'because of the severity', fired: 'because of the severity' },
  'nobody-before': { fires: 'because nobody was found before', fired: 'nobody was found before' },
  'by-hand': { fires: 'by hand', fired: 'escalated by hand' },
};

/** Whom a step addresses, as people say it. */
export function targetWords(target: EscalationTarget): string {
  if ('user' in target) return target.user;
  if ('schedule' in target) {
    return `who is on call in ${target.schedule}${target.layer === undefined ? '' : ` (layer ${target.layer})`}`;
  }
  if ('team' in target)
    return target.role === undefined ? `all of team ${target.team}` : `${target.role} of ${target.team}`;
  return 'role' in target ? `the ${target.role} of the team` : `channel ${target.channel}`;
}

/** When a step fires. */
export function triggerWords(trigger: EscalationTrigger): string {
  if ('severityAtOnce' in trigger) return `at once for rank ${trigger.severityAtOnce.join(', ')}`;
  if ('unackedAfter' in trigger) {
    return /^0+(?:\.0+)?\D+$/.test(trigger.unackedAfter) ? 'at once' : `unacknowledged after ${trigger.unackedAfter}`;
  }
  return `unresolved after ${trigger.unresolvedAfter}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
