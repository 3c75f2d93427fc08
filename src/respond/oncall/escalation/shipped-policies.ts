import { type PolicySpec, policySpecSchema } from '../../../contract/oncall.ts';

const onCall = { role: 'on-call' };
const roles = (...names: string[]) => names.map((role) => ({ role }));

/**
 * Policies that ship, named after the runbook whose matrix they are. They speak of roles; the team an incident is routed
 * to says who fills them. One of the same name that somebody wrote takes the place of one of these.
 */
const SHIPPED: Readonly<Record<string, object>> = {
  architect: {
    description:
      'Engineer on call within 5 minutes, then manager and lead, director and VP after 15, customers after 30',
    steps: [
      { name: 'Level 1: engineer on call', when: [{ unackedAfter: '0s' }], to: [onCall] },
      {
        name: 'Level 2: manager and lead engineer',
        when: [{ unackedAfter: '5m' }, { severityAtOnce: [1, 2] }],
        to: roles('manager', 'lead'),
      },
      {
        name: 'Level 3: director and VP engineering',
        when: [{ unresolvedAfter: '15m' }],
        to: roles('director', 'vp-engineering'),
      },
      {
        name: 'Level 4: outage',
        severities: [1],
        when: [{ unresolvedAfter: '30m' }],
        do: [{ ask: 'Declare the outage' }, { ask: 'Notify the customers' }],
      },
    ],
  },
  driftmgr: {
    description: 'Support, engineering, architecture, management; each level has the response time of the severity',
    steps: [
      { name: 'L1: support', when: [{ unackedAfter: '0s' }], to: roles('support') },
      { name: 'L2: engineering', when: [{ unackedAfter: 'response time' }], to: roles('engineering') },
      { name: 'L3: architecture', when: [{ unackedAfter: '2 response times' }], to: roles('architecture') },
      { name: 'Management', when: [{ unackedAfter: '3 response times' }], to: roles('management') },
    ],
  },
  'discovery-agent': {
    description: 'On-call at once, team lead after 30 minutes, infrastructure after an hour, management for P0',
    steps: [
      { name: 'L1: on-call engineer', severities: [1, 2], when: [{ unackedAfter: '0s' }], to: [onCall] },
      {
        name: 'Ticket',
        severities: [3, 4],
        when: [{ severityAtOnce: [3, 4] }],
        do: [{ ask: 'Open a ticket' }],
      },
      { name: 'L2: team lead', severities: [1, 2], when: [{ unresolvedAfter: '30m' }], to: roles('lead') },
      {
        name: 'L3: infrastructure team',
        severities: [1, 2],
        when: [{ unresolvedAfter: '1h' }],
        to: roles('infrastructure'),
      },
      { name: 'L4: management', severities: [1], when: [{ unresolvedAfter: '1h' }], to: roles('management') },
    ],
  },
  idp: {
    description:
      'On-call at once; without a response in time CTO and VP (SEV1), manager (SEV2), lead (SEV3), on-call again (SEV4)',
    steps: [
      { name: 'On-call engineer', when: [{ unackedAfter: '0s' }], to: [onCall] },
      {
        name: 'SEV1: CTO and VP engineering',
        severities: [1],
        when: [{ unackedAfter: 'response time' }],
        to: roles('cto', 'vp-engineering'),
      },
      {
        name: 'SEV2: engineering manager',
        severities: [2],
        when: [{ unackedAfter: 'response time' }],
        to: roles('manager'),
      },
      { name: 'SEV3: team lead', severities: [3], when: [{ unackedAfter: 'response time' }], to: roles('lead') },
      {
        name: 'SEV4: on-call engineer again',
        severities: [4],
        when: [{ unackedAfter: 'response time' }],
        to: [onCall],
      },
    ],
  },
};

/** Ready-made policies by name. */
export const SHIPPED_POLICIES: Readonly<Record<string, PolicySpec>> = Object.fromEntries(
  Object.entries(SHIPPED).map(([name, policy]) => [name, policySpecSchema.parse(policy)]),
);
