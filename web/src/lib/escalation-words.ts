import type { FiredStep } from '../../../src/contract/escalation.ts';
import type { EscalationTarget } from '../../../src/contract/oncall.ts';

/** Why a step fires, or did. */
export const CAUSE_WORDS: Record<FiredStep['cause'], { fires: string; fired: string }> = {
  unacked: { fires: 'unless somebody acknowledges', fired: 'nobody had acknowledged' },
  unresolved: { fires: 'unless it is resolved', fired: 'it was not resolved' },
  severity: { fires: 'because of the severity', fired: 'because of the severity' },
  'nobody-before': { fires: 'because nobody was found before', fired: 'nobody was found before' },
  'by-hand': { fires: 'by hand', fired: 'escalated by hand' },
};

/** Whom a step addresses, as people say it. @param team the one whose roles are meant */
export function whomWords(targets: readonly EscalationTarget[], team: string | null): string {
  return listWords(targets.map((target) => targetWords(target, team)));
}

function targetWords(target: EscalationTarget, team: string | null): string {
  if ('user' in target) return target.user;
  if ('schedule' in target) {
    return `who is on call in ${target.schedule}${target.layer === undefined ? '' : ` (layer ${target.layer})`}`;
  }
  if ('team' in target)
    return target.role === undefined ? `all of team ${target.team}` : `${target.role} of ${target.team}`;
  return 'role' in target ? `${target.role} of ${team ?? 'no team'}` : `channel ${target.channel}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
