import type { RunbookLibrary } from '../act/runbooks/index.ts';
import { validateInputValue } from '../act/runbooks/index.ts';
import { listInbox } from '../channels/inbox/inbox-channel.ts';
import { roleCovers } from '../contract/identity.ts';
import type { AlertEngine } from '../detect/alerting/index.ts';
import type { HttpApp } from '../http/http-app.ts';
import type { HttpDeps } from '../http/http-deps.ts';
import { type AlertRuleRouteDeps, registerAlertRuleRoutes } from '../http/routes/alert-rules.ts';
import {
  type AlertmanagerStatus,
  registerAlertmanagerApi,
} from '../http/routes/alertmanager/register-alertmanager-api.ts';
import { registerApprovalRoutes } from '../http/routes/approvals.ts';
import { registerContactRoutes } from '../http/routes/contacts.ts';
import { registerEnvironmentRoutes } from '../http/routes/environments.ts';
import { registerEscalationRoutes } from '../http/routes/escalations.ts';
import { registerFindingRoutes } from '../http/routes/findings.ts';
import { type HookRouteDeps, registerHookRoutes } from '../http/routes/hooks.ts';
import { registerInboxRoutes } from '../http/routes/inbox.ts';
import { registerIncidentRoutes } from '../http/routes/incidents.ts';
import { type IncidentJoiningDeps, registerIncidentJoiningRoutes } from '../http/routes/incidents-joining.ts';
import { registerIncidentMeasuresRoutes } from '../http/routes/incidents-measures.ts';
import { registerIncidentPostmortemRoutes } from '../http/routes/incidents-postmortem.ts';
import { registerEventRoutes } from '../http/routes/intake/events.ts';
import { registerOnCallRoutes } from '../http/routes/on-call.ts';
import { registerOnCallDefinitionRoutes } from '../http/routes/on-call-definitions.ts';
import { type PhoneService, registerPhoneRoutes } from '../http/routes/phone-answers.ts';
import { registerProbeRoutes } from '../http/routes/probes.ts';
import { registerPublicStatusRoutes } from '../http/routes/public-status.ts';
import { registerRunOutputRoutes } from '../http/routes/run-output.ts';
import { registerRunbookVersionRoutes } from '../http/routes/runbook-versions.ts';
import { registerRunbookRoutes } from '../http/routes/runbooks.ts';
import { registerRunRoutes } from '../http/routes/runs.ts';
import { registerSeveritySchemeList } from '../http/routes/severity-schemes.ts';
import { registerSlackRoutes, type SlackService } from '../http/routes/slack-answers.ts';
import { registerStatusPageRoutes } from '../http/routes/status-page.ts';
import { registerPublicSubscribeRoutes, registerStatusSubscriberRoutes } from '../http/routes/status-subscribers.ts';
import { registerAnomalyRoutes } from '../http/routes/telemetry/anomalies.ts';
import {
  registerTelemetryRoutes,
  type TelemetryRouteDeps,
} from '../http/routes/telemetry/register-telemetry-routes.ts';
import { registerStreamRoutes } from '../http/routes/telemetry/streams.ts';
import type { EventMapping } from '../observe/intake/index.ts';
import type { RunCheck } from '../observe/probes/index.ts';
import type { CredentialResolver } from '../platform/identity/credential-resolver.ts';
import { hashToken } from '../platform/identity/secret-token.ts';
import { countApprovers } from '../platform/identity/user-store.ts';
import { readEscalations, stopPages } from '../respond/oncall/index.ts';
import { acknowledgeGroup } from './alerting/acknowledge-group.ts';
import { createEventIntake } from './alerting/event-intake.ts';
import { silenceFor } from './alerting/silence-for.ts';
import type { OnCallParts } from './compose-on-call.ts';
import { readIncidentDetail } from './incident-detail-store.ts';
import { moveIncidentWork } from './incident-work-store.ts';
import { pageEveryone } from './relays/incidents-from-findings.ts';
import { readBlockers, resolveWhenVerified } from './relays/resolve-when-verified.ts';
import type { RunSecrets } from './run-secrets.ts';
import type { StepSurroundings } from './step-surroundings.ts';

/** The routes of all stages; those every server has are registered by the server itself. */
export async function registerRoutes(
  server: HttpApp,
  { resolver }: { resolver: CredentialResolver },
  deps: HttpDeps & {
    onCall: OnCallParts;
    /** What the public page is called and where it is. */
    statusPage: () => { name: string; url: string; timezone: string };
    alerting: { engine: AlertEngine; status: AlertmanagerStatus; mappings: Readonly<Record<string, EventMapping>> };
    library: RunbookLibrary;
    runCheck: RunCheck;
    secrets: RunSecrets;
    surroundings: Pick<StepSurroundings, 'environmentValues' | 'environments'>;
    phones: PhoneService | null;
    slack: SlackService | null;
    /** Whether mails can be sent. */
    mails: boolean;
  } & Pick<AlertRuleRouteDeps, 'rules'> &
    Pick<TelemetryRouteDeps, 'telemetry'> &
    Pick<HookRouteDeps, 'hookSecret' | 'startHooked'>,
): Promise<void> {
  const { database, onCall, alerting, statusPage, secrets, surroundings } = deps;
  const { paging } = onCall;
  registerProbeRoutes(server, deps);
  registerFindingRoutes(server, deps);
  const incidentParts: Omit<IncidentJoiningDeps, keyof HttpDeps> = {
    readIncident: (idOrNumber) => readIncidentDetail(database, idOrNumber, deps.clock.now()),
    pageEveryone: (tx, incident, about) => pageEveryone(tx, paging, incident, about),
    severityChanged: onCall.escalator.severityChanged,
    stopPages,
    isEscalating: async (tx, id) => (await readEscalations(tx, id)).some(({ endedAt }) => endedAt === null),
    moveWork: moveIncidentWork,
    settle: resolveWhenVerified,
  };
  registerIncidentRoutes(server, { ...deps, ...incidentParts, schemeFor: paging.schemeFor, readBlockers });
  registerIncidentJoiningRoutes(server, { ...deps, ...incidentParts });
  registerIncidentPostmortemRoutes(server, deps);
  registerIncidentMeasuresRoutes(server, deps);
  await registerAlertmanagerApi(server, {
    ...alerting,
    clock: deps.clock,
    access: { read: 'viewer', send: 'sender', silence: 'operator' },
    observe: { received: () => {}, invalid: () => {} },
  });
  registerAlertRuleRoutes(server, deps);
  const intake = createEventIntake({
    ...deps,
    ...alerting,
    acknowledge: (groupKey, actor) => acknowledgeGroup(deps, groupKey, actor),
  });
  await registerEventRoutes(server, {
    ...deps,
    intake,
    resolveKey: async (token) => {
      const found = await resolver.resolve({ kind: 'key', sha256: hashToken(token) });
      return found.kind === 'accepted' && roleCovers(found.principal.role, 'sender') ? found.principal : null;
    },
  });
  registerStreamRoutes(server, deps);
  registerAnomalyRoutes(server, deps);
  await registerTelemetryRoutes(server, deps);
  registerStatusPageRoutes(server, { ...deps, silenceFor: (maintenance) => silenceFor(alerting.engine, maintenance) });
  registerPublicStatusRoutes(server, { ...deps, page: statusPage });
  registerStatusSubscriberRoutes(server, { ...deps, page: statusPage });
  await registerPublicSubscribeRoutes(server, { ...deps, page: statusPage });
  registerEscalationRoutes(server, deps);
  registerOnCallRoutes(server, deps);
  registerOnCallDefinitionRoutes(server, deps);
  registerSeveritySchemeList(server, deps);
  registerContactRoutes(server, deps);
  await registerPhoneRoutes(server, deps);
  await registerSlackRoutes(server, { ...deps, ...incidentParts, schemeFor: paging.schemeFor });
  registerRunbookRoutes(server, { ...deps, environmentValues: surroundings.environmentValues });
  registerEnvironmentRoutes(server, surroundings);
  registerRunbookVersionRoutes(server, deps);
  await registerHookRoutes(server, deps);
  registerRunRoutes(server, {
    ...deps,
    checkValue: (value, type) => validateInputValue(type, value),
    sealSecrets: secrets.seal,
    openSecrets: secrets.open,
    environmentValues: surroundings.environmentValues,
  });
  registerRunOutputRoutes(server, deps);
  registerApprovalRoutes(server, { ...deps, isOnlyApprover: (caller) => isOnlyApprover(database.db, caller.userId) });
  registerInboxRoutes(server, { ...deps, listInbox: (limit) => listInbox(database.db, limit) });
}

async function isOnlyApprover(db: Parameters<typeof countApprovers>[0], userId: string | null): Promise<boolean> {
  return (await countApprovers(db, userId)) === 0;
}
