import type { SeverityRank } from '../contract/common.ts';
import { levelOf, schemeOf } from '../respond/incidents/index.ts';
import type { EscalationActionKinds } from '../respond/oncall/index.ts';
import { draftNotice, findOpenNoticeOf, publishIncident } from '../respond/status-page/index.ts';

const IMPACT_BY_RANK: Readonly<Record<SeverityRank, string>> = { 1: 'critical', 2: 'major', 3: 'minor', 4: 'none' };
/** Customers are promised the next word by then where the scheme does not say; whoever handles it is reminded. */
const NEXT_UPDATE_MINUTES = 30;
const MINUTE_MS = 60_000;
const LONGEST_NAME = 200;

/** The first sentence. */
const nameOf = (text: string) => (text.split(/(?<=[.!?])\s/)[0] ?? text).slice(0, LONGEST_NAME);

/** What escalation steps may do besides paging and asking. */
export const ESCALATION_ACTIONS: EscalationActionKinds = {
  publish: {
    async perform(tx, { incident, text, at }) {
      const told = await findOpenNoticeOf(tx, incident.id);
      // Somebody was faster: their words are better than a policy's.
      if (told !== null) return `The public was told already: ${told}`;
      const name = nameOf(text);
      const { updateEveryMs } = levelOf(schemeOf(incident), incident.severity);
      await publishIncident(tx, {
        name,
        impact: IMPACT_BY_RANK[incident.severity],
        status: 'investigating',
        startedAt: incident.openedAt,
        incidentId: incident.id,
        affected: [],
        message: {
          impact: text,
          status: 'We are investigating.',
          affectedPercent: null,
          eta: null,
          nextUpdateMinutes: updateEveryMs === null ? NEXT_UPDATE_MINUTES : updateEveryMs / MINUTE_MS,
        },
        at,
        actor: 'system',
      });
      return `Published on the status page by the escalation: ${name}`;
    },
  },
  'status-draft': {
    async perform(tx, { incident, text, at }) {
      const told = await findOpenNoticeOf(tx, incident.id);
      if (told !== null) return `The public was told already: ${told}`;
      const name = nameOf(text);
      const impact = IMPACT_BY_RANK[incident.severity];
      const isNew = await draftNotice(tx, { incidentId: incident.id, name, impact, message: text, at });
      return isNew
        ? `Drafted for the status page, a person has to publish it: ${name}`
        : 'A draft for the status page waits for a person already';
    },
  },
};
