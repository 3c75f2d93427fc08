import { isConnectionLoss, type Queryable, type Tx } from '../../../platform/db/database.ts';
import { HoldfastError, messageOf } from '../../../platform/errors/holdfast-error.ts';
import { setTimer, type TimerHandler } from '../../../platform/timers/timer-service.ts';
import {
  type IncidentRow,
  levelOf,
  listTimeline,
  lockIncident,
  schemeOf,
  tellIncident,
  updateIncident,
} from '../../incidents/index.ts';
import { findDefinition, ROUTES } from '../definitions/definition-store.ts';
import { queuePage } from '../page-store.ts';
import {
  type EscalationFacts,
  type EscalationMove,
  movesToCome,
  nextStepAfter,
  respondBy,
} from './escalation-moves.ts';
import {
  type EscalationRow,
  endEscalation,
  insertEscalation,
  listFiredSteps,
  lockRunning,
  undoable,
} from './escalation-store.ts';
import { calendarOf, findPolicy, requirePolicy } from './find-policy.ts';
import { findRoute } from './find-route.ts';
import { address, type FireDeps, fireStep, type Pass, writePage } from './fire-step.ts';

export type EscalatorDeps = FireDeps & {
  now(): Date;
  /** Of business days where nobody wrote a calendar. */
  timezone: string;
  /** Who is told where a policy leads to nobody at all. */
  lastResort: readonly { recipient: string; channel: string }[];
};

export type Escalator = ReturnType<typeof createEscalator>;

const TIMER = 'escalation';

/**
 * Runs escalations. Everything happens under the incident's lock in the transaction of its cause: opening, a timer, a
 * changed severity, a person. What is left to do is computed from the incident and what fired, so an acknowledgement
 * needs to cancel nothing.
 */
export function createEscalator(deps: EscalatorDeps) {
  const facts = async (tx: Queryable, incident: IncidentRow, escalation: EscalationRow): Promise<EscalationFacts> => ({
    startedAt: escalation.startedAt,
    severity: incident.severity,
    acknowledged: incident.acknowledgedAt !== null,
    over: incident.status === 'resolved' || incident.status === 'closed',
    fired: await listFiredSteps(tx, escalation.id),
  });

  /** A step, and where it finds nobody the next one at once, and at the end whoever is left. Keeps `known` true. */
  const fire = async (tx: Tx, pass: Pass, known: EscalationFacts, move: EscalationMove): Promise<void> => {
    const outcome = await fireStep(deps, tx, pass, move);
    known.fired = [...known.fired, move];
    if (outcome === 'done') return;
    const next = nextStepAfter(pass.escalation.snapshot, known, move);
    if (next !== null) return fire(tx, pass, known, { ...move, step: next, cause: 'nobody-before', dueAt: pass.at });
    await fallBack(tx, pass);
  };

  const fallBack = async (tx: Tx, pass: Pass): Promise<void> => {
    const { incident, escalation, at, actor } = pass;
    const text = 'Nobody was found by the escalation policy';
    const found = await address(deps, tx, pass, { targets: escalation.snapshot.policy.fallback, text, pages: true });
    const last = found.reached > 0 ? [] : deps.lastResort.filter(({ channel }) => !pass.told.has(channel));
    for (const { recipient, channel } of last) {
      pass.told.add(channel);
      const afterAck = incident.acknowledgedAt !== null;
      await queuePage(tx, { message: writePage(deps, pass, text), recipient, channel, at, afterAck });
    }
    const told = [...found.paged, ...last.map(({ channel }) => channel)];
    await tellIncident(tx, incident, {
      kind: 'escalation.found-nobody',
      at,
      actor,
      text: `${text}: ${told.length > 0 ? `told ${told.join(', ')} instead` : 'nobody is left to tell'}`,
      ref: escalation.id,
    });
  };

  /** Fires what is due and sets the timer of what comes next. */
  const advance = async (
    tx: Tx,
    incident: IncidentRow,
    escalation: EscalationRow,
    at: Date,
    actor = 'system',
  ): Promise<void> => {
    let pass: Pass | null = null;
    const known = await facts(tx, incident, escalation);
    for (;;) {
      const [next] = movesToCome(escalation.snapshot, known);
      if (!next) return;
      if (next.dueAt > at) {
        // A timer of its own for each time: moving one that another replica is firing would wait for it in a circle.
        const subject = `${incident.id}/${escalation.id}/${next.dueAt.getTime()}`;
        await setTimer(tx, { kind: TIMER, subject, dueAt: next.dueAt });
        return;
      }
      pass ??= await beginPass(tx, { incident, escalation, at, actor });
      await fire(tx, pass, known, next);
    }
  };

  const start = async (
    tx: Tx,
    incident: IncidentRow,
    by: { policy: string; team: string | null; at: Date; actor: string },
  ): Promise<EscalationRow> => {
    const policy = await requirePolicy(tx, by.policy);
    const scheme = schemeOf(incident);
    const escalation = await insertEscalation(tx, {
      incidentId: incident.id,
      policy: by.policy,
      policyVersion: policy.version,
      snapshot: {
        policy: policy.spec,
        team: by.team,
        calendar: await calendarOf(tx, { scheme, team: by.team }, deps.timezone),
        levels: scheme.levels,
      },
      at: by.at,
    });
    await tellIncident(tx, incident, {
      kind: 'escalation.started',
      at: by.at,
      actor: by.actor,
      text: `Escalation policy "${by.policy}"${by.team ? ` for team "${by.team}"` : ''} began`,
      ref: escalation.id,
    });
    return escalation;
  };

  const promise = async (tx: Tx, incident: IncidentRow, team: string | null): Promise<void> => {
    const scheme = schemeOf(incident);
    const level = levelOf(scheme, incident.severity);
    const due = respondBy(level, incident.openedAt, await calendarOf(tx, { scheme, team }, deps.timezone));
    await updateIncident(tx, incident.id, { respondBy: due });
  };

  const begin = async (
    tx: Tx,
    incident: IncidentRow,
    about: { labels: Readonly<Record<string, string>>; at: Date },
  ): Promise<boolean> => {
    const routes = (await findDefinition(tx, 'routes', ROUTES))?.spec ?? [];
    const route = findRoute(routes, { severity: incident.severity, labels: about.labels });
    const team = route?.team ?? null;
    await promise(tx, incident, team);
    if (!route || (await findPolicy(tx, route.policy)) === null) return false;
    const escalation = await start(tx, incident, { policy: route.policy, team, at: about.at, actor: 'system' });
    await advance(tx, incident, escalation, about.at);
    return true;
  };

  return {
    /**
     * Begins the escalation of an incident that was just opened.
     * @param about.labels of the finding it was opened by
     * @returns false when no route leads to a policy: then the caller pages as the configuration says
     */
    async open(
      tx: Tx,
      incident: IncidentRow,
      about: { labels: Readonly<Record<string, string>>; at: Date },
    ): Promise<boolean> {
      try {
        return await undoable(tx, () => begin(tx, incident, about));
      } catch (thrown) {
        if (isConnectionLoss(thrown)) throw thrown;
        // A policy that cannot be carried out must not leave an incident untold: the caller tells everybody.
        const text = `The escalation policy could not be begun: ${messageOf(thrown)}`;
        await tellIncident(tx, incident, { kind: 'escalation.found-nobody', at: about.at, actor: 'system', text });
        return false;
      }
    },

    /** What a new severity asks for at once, and when the rest is due now. */
    async severityChanged(tx: Tx, incident: IncidentRow, at: Date): Promise<void> {
      const escalation = await lockRunning(tx, incident.id);
      await promise(tx, incident, escalation?.snapshot.team ?? null);
      if (escalation) await advance(tx, incident, escalation, at);
    },

    /**
     * A person does not want to wait: the next step now. Begins a policy where none is running.
     * @throws HoldfastError `escalation.over`, `escalation.none`, `escalation.exhausted` (409), `policy.missing` (404)
     */
    async escalateNow(
      tx: Tx,
      incidentId: string,
      by: { policy?: string | undefined; team?: string | undefined; reason?: string | undefined; actor: string },
    ): Promise<void> {
      const incident = await lockIncident(tx, incidentId);
      const at = deps.now();
      if (incident.status === 'resolved' || incident.status === 'closed')
        throw conflict('escalation.over', `${incident.number} is ${incident.status}`, 'Declare a new one.');
      if (by.reason)
        await tellIncident(tx, incident, {
          kind: 'incident.noted',
          at,
          actor: by.actor,
          text: `Escalates by hand: ${by.reason}`,
        });
      const running = await lockRunning(tx, incident.id);
      if (running && by.policy !== undefined && by.policy !== running.policy) {
        const hint = 'Leave the policy out to go on with the one that runs.';
        throw conflict('escalation.running', `policy "${running.policy}" runs already`, hint);
      }
      if (!running && by.policy === undefined)
        throw conflict(
          'escalation.none',
          `no escalation of ${incident.number} is running`,
          'Name the policy to begin.',
        );
      const escalation =
        running ?? (await start(tx, incident, { policy: by.policy ?? '', team: by.team ?? null, at, actor: by.actor }));
      if (!running) await advance(tx, incident, escalation, at, by.actor);
      const known = await facts(tx, incident, escalation);
      if (!running && known.fired.length > 0) return;
      const fired = new Set(known.fired.filter(({ round }) => round === 0).map(({ step }) => step));
      const step = escalation.snapshot.policy.steps.findIndex((_step, index) => !fired.has(index));
      if (step < 0)
        throw conflict(
          'escalation.exhausted',
          'every step has fired',
          'Page somebody by name, or add a step to the policy.',
        );
      const pass = await beginPass(tx, { incident, escalation, at, actor: by.actor });
      await fire(tx, pass, known, { round: 0, step, cause: 'by-hand', dueAt: at });
    },

    timers: {
      [TIMER]: async (tx, { subject }) => {
        const [incidentId = '', escalationId] = subject.split('/');
        const incident = await lockIncident(tx, incidentId);
        const escalation = await lockRunning(tx, incidentId);
        if (escalation && escalation.id === escalationId) await advance(tx, incident, escalation, deps.now());
      },
    } satisfies Record<string, TimerHandler>,
  };
}

async function beginPass(tx: Tx, pass: Omit<Pass, 'opening' | 'told'>): Promise<Pass> {
  const [first] = await listTimeline(tx, pass.incident.id, { after: 0, limit: 1 });
  return { ...pass, opening: first?.text ?? '', told: new Set() };
}

/** In the transaction that ends an incident. */
export async function endEscalationOf(tx: Tx, incidentId: string, ended: { at: Date; because: string }): Promise<void> {
  const escalation = await lockRunning(tx, incidentId);
  if (escalation) await endEscalation(tx, escalation.id, ended);
}

function conflict(code: string, message: string, hint: string): HoldfastError {
  return new HoldfastError({ code, kind: 'conflict', message, hint });
}
