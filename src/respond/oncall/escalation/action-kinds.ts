import type { Tx } from '../../../platform/db/database.ts';
import type { IncidentRow } from '../../incidents/index.ts';

/**
 * Something a step does besides paging. It runs in the transaction of the step and must be done, durably queued or
 * refused by a throw when it returns: what it returns is told on the timeline as fact.
 */
export type EscalationActionKind = {
  perform(tx: Tx, asked: { incident: IncidentRow; text: string; at: Date }): Promise<string>;
};

/** Kinds of actions by the word used in a policy. `page` and `ask` always work. */
export type EscalationActionKinds = Readonly<Record<string, EscalationActionKind>>;

/** Asks a person; nothing is done by itself. */
export const ASK = 'ask';
