import type { Moment } from './postmortem-form.ts';

/** The moments every postmortem has, in their order, and what else happened. */
export const MOMENT_WORDS: Readonly<Record<Moment, string>> = {
  alert: 'Alert',
  acknowledged: 'Acknowledged',
  'root-cause': 'Root cause found',
  mitigated: 'Mitigated',
  restored: 'Restored',
  note: 'Note',
};
