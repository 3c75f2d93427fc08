import type { PostmortemBody } from '../../../contract/incident-postmortem.ts';

/** What a line of the timeline begins with; a note speaks for itself. */
export const MOMENT_WORDS: Readonly<Record<PostmortemBody['timeline'][number]['moment'], string | null>> = {
  alert: 'Alert triggered',
  acknowledged: 'Engineer acknowledged',
  'root-cause': 'Root cause identified',
  mitigated: 'Mitigation applied',
  restored: 'Service restored',
  note: null,
};

/** `10:42`, with the day where the whole story is longer than one. */
export function clockOf(at: string, days: ReadonlySet<string>): string {
  return days.size > 1 ? `${at.slice(0, 10)} ${at.slice(11, 16)}` : at.slice(11, 16);
}

/** Minutes, as people speak of incidents; `not over yet` without an end. */
export function durationInWords(ms: number | null): string {
  if (ms === null) return 'not over yet';
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const count = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;
  if (hours === 0) return count(minutes, 'minute');
  return rest === 0 ? count(hours, 'hour') : `${count(hours, 'hour')} ${count(rest, 'minute')}`;
}
