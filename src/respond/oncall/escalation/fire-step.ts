import type { EscalationAction, EscalationTarget } from '../../../contract/oncall.ts';
import { isConnectionLoss, type Tx } from '../../../platform/db/database.ts';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import { type IncidentRow, tellIncident } from '../../incidents/index.ts';
import type { PageMessage } from '../channel.ts';
import { queuePage } from '../page-store.ts';
import { ASK, type EscalationActionKinds } from './action-kinds.ts';
import type { EscalationCause, EscalationMove } from './escalation-moves.ts';
import { type EscalationRow, recordFired, type StepTold, undoable } from './escalation-store.ts';
import { pageUser } from './page-user.ts';
import { resolveTargets } from './resolve-targets.ts';

export type FireDeps = {
  /** Channels of the configuration. */
  channels: readonly string[];
  actions: EscalationActionKinds;
  linkTo(incidentId: string): string | null;
};

const BECAUSE: Readonly<Record<EscalationCause, string>> = {
  unacked: 'nobody has acknowledged it',
  unresolved: 'it is not resolved',
  severity: 'its severity asks for it',
  'nobody-before': 'nobody was found at the step before',
  'by-hand': 'a person asked for it',
};

/** One pass over an escalation: whom it has told already, so that nobody gets two pages at one moment. */
export type Pass = {
  incident: IncidentRow;
  escalation: EscalationRow;
  at: Date;
  actor: string;
  /** How the incident began: what whoever is woken wants to read. */
  opening: string;
  told: Set<string>;
};

/**
 * Carries out one step in the transaction of its cause: pages are queued, people are asked, the timeline told.
 * @returns `nobody` when it pages and no one was found
 */
export async function fireStep(deps: FireDeps, tx: Tx, pass: Pass, move: EscalationMove): Promise<'done' | 'nobody'> {
  const { incident, escalation, at, actor } = pass;
  const step = escalation.snapshot.policy.steps[move.step]!;
  const asked = step.do.flatMap((action) => (typeof action === 'object' && ASK in action ? [action[ASK]!] : []));
  const isNew = move.cause === 'unacked' && move.dueAt <= escalation.startedAt;
  const because = `${step.name}${move.round > 0 ? `, round ${move.round + 1}` : ''} (${isNew ? 'it is new' : BECAUSE[move.cause]})`;
  const text = [because, ...asked.map((what) => `You are asked to: ${what}`)].join('. ');
  const addressed = await address(deps, tx, pass, { targets: step.to, text, pages: step.do.includes('page') });
  const told: StepTold = { paged: addressed.paged, asked, missing: addressed.missing };
  await recordFired(tx, escalation.id, move, { at, told });

  const paged = addressed.paged.length > 0 ? `: paged ${addressed.paged.join(', ')}` : '';
  await tellIncident(tx, incident, {
    kind: 'escalation.fired',
    at,
    actor,
    text: `Escalated to ${because}${paged}`,
    ref: escalation.id,
  });
  for (const what of addressed.missing)
    await tellIncident(tx, incident, { kind: 'escalation.found-nobody', at, actor, text: what, ref: escalation.id });
  for (const action of step.do) await carryOut(deps, tx, pass, action);
  return step.do.includes('page') && addressed.reached === 0 ? 'nobody' : 'done';
}

/** Tells everybody behind targets, each once in a pass. */
export async function address(
  deps: FireDeps,
  tx: Tx,
  pass: Pass,
  step: { targets: readonly EscalationTarget[]; text: string; pages: boolean },
): Promise<{ paged: string[]; missing: string[]; reached: number }> {
  const { incident, escalation, at } = pass;
  if (!step.pages) return { paged: [], missing: [], reached: 0 };
  const message = writePage(deps, pass, step.text);
  const found = await resolveTargets(tx, step.targets, {
    team: escalation.snapshot.team,
    at,
    channels: deps.channels,
  });
  const paged: string[] = [];
  const missing = [...found.missing];
  for (const user of found.users) {
    if (pass.told.has(user.name)) continue;
    pass.told.add(user.name);
    const { kinds, unreachable } = await pageUser(tx, user, { incident, message, at });
    paged.push(`${user.name} (${kinds.join(', ')})`);
    if (unreachable) missing.push(`${user.name} has no verified contact method: told in the inbox only`);
  }
  for (const channel of found.channels) {
    if (pass.told.has(channel)) continue;
    pass.told.add(channel);
    await queuePage(tx, {
      message,
      recipient: channel.replace(/^\w+:/, ''),
      channel,
      at,
      afterAck: incident.acknowledgedAt !== null,
    });
    paged.push(channel);
  }
  return { paged, missing, reached: found.users.length + found.channels.length };
}

async function carryOut(deps: FireDeps, tx: Tx, pass: Pass, action: EscalationAction): Promise<void> {
  if (action === 'page') return;
  const { incident, at, actor } = pass;
  const [kind = '', text = ''] = Object.entries(action)[0] ?? [];
  const known = Object.hasOwn(deps.actions, kind) ? deps.actions[kind] : undefined;
  const tell = (told: string, what: string) =>
    tellIncident(tx, incident, { kind: told, at, actor, ref: pass.escalation.id, text: what });
  const ask = (what: string, why = '') =>
    tell('escalation.asked', `A person is asked to: ${what} (Holdfast has not done it${why})`);
  if (kind === ASK) return ask(text);
  // A policy kept from an installation that could do more.
  if (!known) return ask(`${kind}: ${text}`);
  try {
    await tell('escalation.fired', await undoable(tx, () => known.perform(tx, { incident, text, at })));
  } catch (thrown) {
    if (isConnectionLoss(thrown)) throw thrown;
    // What else the step does, paging above all, must not wait for it.
    await ask(`${kind}: ${text}`, `: ${messageOf(thrown)}`);
  }
}

/** What a page of an escalation says. */
export function writePage(deps: FireDeps, { incident, escalation, opening }: Pass, text: string): PageMessage {
  const level = escalation.snapshot.levels.find((candidate) => candidate.rank === incident.severity);
  return {
    incidentId: incident.id,
    number: incident.number,
    title: incident.title,
    severity: level?.label ?? String(incident.severity),
    text: [text, opening].filter((part) => part !== '').join('. '),
    link: deps.linkTo(incident.id),
  };
}
