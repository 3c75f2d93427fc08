import type { SeverityRank } from '../../contract/common.ts';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import type { StampedEvent } from '../../platform/events/relay.ts';
import { attachFinding, readFinding } from '../../respond/findings/index.ts';
import {
  appendTimeline,
  findOpenByCause,
  type IncidentRow,
  insertIncident,
  levelOf,
  lockSurvivor,
  type SeverityScheme,
  schemeOf,
} from '../../respond/incidents/index.ts';
import { queuePage } from '../../respond/oncall/index.ts';
import { resolveWhenVerified } from './resolve-when-verified.ts';

export type PagingPlan = {
  /** The severity scheme of a new incident. */
  schemeFor(db: Queryable, labels: Readonly<Record<string, string>>): Promise<SeverityScheme>;
  /** Findings of this rank or worse open an incident. */
  openAtRank: SeverityRank;
  /** Whom a new incident is told: recipient and channel. */
  recipients: readonly { recipient: string; channel: string }[];
  linkTo(incidentId: string): string | null;
  /** Begins the escalation policy that fits. False: none does, and the recipients are told. */
  escalate(
    tx: Tx,
    incident: IncidentRow,
    about: { labels: Readonly<Record<string, string>>; at: Date },
  ): Promise<boolean>;
};

/** A finding that is bad enough opens an incident or joins the open one of its cause; the pages leave with it. */
export function incidentsFromFindings(plan: PagingPlan) {
  return {
    name: 'incidents-from-findings',
    kinds: ['finding.opened', 'finding.reopened', 'finding.fixed', 'finding.muted', 'finding.accepted'],
    async handle(tx: Tx, event: StampedEvent): Promise<void> {
      const { findingId } = event.body as { findingId: string };
      const finding = await readFinding(tx, findingId);
      if (event.kind === 'finding.opened' || event.kind === 'finding.reopened') {
        if (finding.status !== 'open' || finding.severity > plan.openAtRank || finding.incidentId) return;
        const evidence = finding.evidence[0]?.text ?? '';
        const open = await findOpenByCause(tx, finding.fingerprint);
        if (open) {
          await attachFinding(tx, findingId, open.id);
          await appendTimeline(tx, open.id, {
            kind: 'finding.opened',
            at: event.at,
            actor: 'system',
            text: `${finding.title}: ${evidence}`,
            ref: findingId,
          });
          return;
        }
        await openWithPages(tx, plan, { finding, evidence, at: event.at });
        return;
      }
      if (!finding.incidentId) return;
      const text =
        event.kind === 'finding.fixed'
          ? `${finding.title}: ${finding.evidence[0]?.text ?? 'fixed'}`
          : `${finding.title} ${finding.status}: ${finding.reason ?? ''}`;
      await appendTimeline(tx, await lockSurvivor(tx, finding.incidentId), {
        kind: event.kind,
        at: event.at,
        actor: event.actor,
        text,
        ref: findingId,
      });
      await resolveWhenVerified(tx, finding.incidentId, event.at);
    },
  };
}

async function openWithPages(
  tx: Tx,
  plan: PagingPlan,
  opened: { finding: Awaited<ReturnType<typeof readFinding>>; evidence: string; at: Date },
): Promise<void> {
  const { finding, evidence, at } = opened;
  const incident = await insertIncident(tx, {
    title: finding.title,
    severity: finding.severity,
    scheme: await plan.schemeFor(tx, finding.labels),
    cause: finding.fingerprint,
    at,
    actor: 'system',
    text: `Opened by a finding: ${finding.title} (${evidence})`,
  });
  await attachFinding(tx, finding.id, incident.id);
  await pageEveryone(tx, plan, incident, { text: evidence, labels: finding.labels, at });
}

/** Tells of a new incident in the transaction that opens it: by its escalation policy, or everybody configured. */
export async function pageEveryone(
  tx: Tx,
  plan: PagingPlan,
  incident: IncidentRow,
  about: { text: string; labels: Readonly<Record<string, string>>; at: Date },
): Promise<void> {
  const { text, at } = about;
  if (await plan.escalate(tx, incident, about)) return;
  const severity = levelOf(schemeOf(incident), incident.severity).label;
  for (const { recipient, channel } of plan.recipients) {
    await queuePage(tx, {
      recipient,
      channel,
      at,
      message: {
        incidentId: incident.id,
        number: incident.number,
        title: incident.title,
        severity,
        text,
        link: plan.linkTo(incident.id),
      },
    });
  }
}
