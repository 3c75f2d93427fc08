import { join } from 'node:path';
import { openRunbookLibrary } from '../act/runbooks/index.ts';
import { createStepTransitionStore, RUN_TIMERS, startRunWorker } from '../act/runs/index.ts';
import { createSlackRooms } from '../channels/slack/slack-rooms.ts';
import { createWebhookSender } from '../channels/webhook/webhook-sender.ts';
import type { SeverityRank } from '../contract/common.ts';
import { AUDITED_EVENTS } from '../contract/events.ts';
import { createHttpServer } from '../http/create-http-server.ts';
import type { HttpDeps, UiState } from '../http/http-deps.ts';
import { createRunCheck, startProber, syncProbes } from '../observe/probes/index.ts';
import { type Clock, systemClock } from '../platform/clock/clock.ts';
import type { HoldfastConfig } from '../platform/config/load-config.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { startAuditChainer } from '../platform/events/audit-chainer.ts';
import { publish } from '../platform/events/publish.ts';
import { startRelay } from '../platform/events/relay.ts';
import { startSequencer } from '../platform/events/sequencer.ts';
import { createWakeups } from '../platform/events/wakeups.ts';
import { startAuditAnchorer } from '../platform/identity/audit-anchorer.ts';
import type { CredentialResolver } from '../platform/identity/credential-resolver.ts';
import { ensureFirstAdmin } from '../platform/identity/first-admin.ts';
import { removeLocalServer, writeCliToken, writeLocalServer } from '../platform/identity/local-access.ts';
import { loadMasterKey } from '../platform/identity/master-key.ts';
import { assertMasterKey } from '../platform/identity/master-key-check.ts';
import { createSecretBox } from '../platform/identity/secret-box.ts';
import { linkUrl } from '../platform/identity/sign-in-links.ts';
import { startWorkerLease } from '../platform/lease/worker-lease.ts';
import type { Logger } from '../platform/log/logger.ts';
import { createMetrics } from '../platform/metrics/metrics.ts';
import { findPackage } from '../platform/package/package-root.ts';
import { startTimerService } from '../platform/timers/timer-service.ts';
import { roomsFromIncidents, startRoomFollower } from '../respond/comms/rooms/index.ts';
import { readScheme } from '../respond/incidents/index.ts';
import { startPager } from '../respond/oncall/index.ts';
import { startSubscriberSender, statusPageTimers } from '../respond/status-page/index.ts';
import { heartbeatTimers } from './alerting/event-intake.ts';
import { startAlerting } from './alerting/start-alerting.ts';
import { createCleanupStack } from './cleanup-stack.ts';
import { composeOnCall } from './compose-on-call.ts';
import { phoneServiceOf, slackServiceOf } from './contact-kinds.ts';
import { createExecutors } from './create-executors.ts';
import { listenAt } from './listen-at.ts';
import { openStore, startStore } from './open-store.ts';
import { probeSpecsOf } from './probe-specs.ts';
import { registerLoopMetrics } from './register-loop-metrics.ts';
import { registerRoutes } from './register-routes.ts';
import { FINDINGS_FROM_PROBES } from './relays/findings-from-probes.ts';
import { incidentsFromFindings } from './relays/incidents-from-findings.ts';
import { runsFromIncidents } from './relays/runs-from-incidents.ts';
import { TIMELINE_FROM_WORK } from './relays/timeline-from-work.ts';
import { startRules } from './rules/start-rules.ts';
import { createRunSecrets } from './run-secrets.ts';
import { startHousekeeping } from './start-housekeeping.ts';
import { createStepSurroundings } from './step-surroundings.ts';
import { createSubscriberSenders } from './subscriber-senders.ts';
import { anomalyTimers, FINDINGS_FROM_ANOMALIES } from './telemetry/findings-from-anomalies.ts';
import { startTelemetry } from './telemetry/start-telemetry.ts';
import { followGitRepositories } from './triggers/git-repositories.ts';
import { startHookedRuns } from './triggers/runbook-hooks.ts';
import { startRunbookIndex } from './triggers/runbook-index.ts';
import { scheduleTimers } from './triggers/runbook-schedules.ts';
import type { TriggerDeps } from './triggers/start-triggered-run.ts';

export type HoldfastOptions = {
  config: HoldfastConfig;
  version: string;
  environment: NodeJS.ProcessEnv;
  logger: Logger;
  clock?: Clock;
  ui: { folder: string; state(): UiState };
};

export type Holdfast = {
  /** Where it listens, with scheme: `http://127.0.0.1:8080`. */
  address: string;
  /** One-time sign-in link of the first administrator; null when somebody can already sign in. */
  firstLink: string | null;
  /** Reads again what can be read again while it runs: how alerts are routed, the rules. */
  reload(): Promise<void>;
  /** Stops everything in reverse order of its start. */
  stop(): Promise<void>;
};

/**
 * Wires Holdfast and starts it: configuration → platform → stages → HTTP. Long, because it is the one place that knows
 * everything; straight, because every line only connects what others define.
 */
export async function startHoldfast(options: HoldfastOptions): Promise<Holdfast> {
  const { config, logger, version } = options;
  const clock = options.clock ?? systemClock;
  const cleanup = createCleanupStack(logger);
  try {
    const connectionString = await startStore(config, logger, cleanup);
    const database = await openStore(config, connectionString, logger, cleanup);
    const secretBox = createSecretBox(
      await loadMasterKey(config.masterKeyFile === null ? { dataFolder: config.data } : { file: config.masterKeyFile }),
    );
    await assertMasterKey(database, secretBox);
    const secrets = createRunSecrets(secretBox);

    const wakeups = createWakeups({ connectionString, pool: database.pool, logger });
    await wakeups.start();
    cleanup.push('wake-ups', () => wakeups.stop());
    const machinery = { database, wakeups, logger, clock };
    const metrics = createMetrics({ version, pool: database.pool });
    registerLoopMetrics(metrics, database, logger);

    const works = config.role !== 'serve';
    const serves = config.role !== 'worker';
    const lease = await startWorkerLease({ database, logger, ttlMs: config.leases.ttlMs, version });
    cleanup.push('worker lease', () => lease.stop());

    const surroundings = createStepSurroundings(config, options.environment);
    const runCheck = createRunCheck({
      targetUrl: (name) => {
        const target = config.targets[name];
        return target?.kind === 'postgres' ? target.url : null;
      },
      environment: options.environment,
    });
    const executors = createExecutors({
      database,
      clock,
      environment: options.environment,
      shell: config.shell,
      runCheck,
    });

    let indexRunbooks = () => {};
    const repositories = followGitRepositories({
      repositories: config.repositories,
      root: join(config.data, 'repositories'),
      environment: options.environment,
      logger,
      onChange: () => indexRunbooks(),
    });
    cleanup.push('git repositories', () => repositories.stop());
    const folders = [...config.runbooks, ...repositories.folders, join(findPackage().root, 'runbooks')];
    const library = openRunbookLibrary({ folders, except: [config.data, join(config.data, 'postgres')] });
    const triggering: TriggerDeps = {
      library,
      logger,
      seal: secrets.seal,
      isSignedOff: (runbook, procedure) =>
        config.signOff.some((entry) => entry.runbook === runbook && entry.procedure === procedure),
    };
    cleanup.push('runbook library', () => library.close());

    let address = '';
    const baseUrl = () => config.externalUrl ?? address;
    const onCall = composeOnCall({
      ...machinery,
      secretBox,
      // One that is not there is refused now, not when the first incident opens.
      severityScheme: (await readScheme(database.db, config.severityScheme)).name,
      openAtRank: config.incidents.openAtRank as SeverityRank,
      webhooks: config.webhooks,
      timezone: config.timezone,
      contacts: config.contacts,
      publicUrl: config.externalUrl,
      baseUrl,
    });

    const alerting = await startAlerting(
      { ...machinery, workerId: lease.id, severityScheme: onCall.severityScheme },
      { configFile: config.alertmanagerConfig, externalUrl: baseUrl },
    );
    cleanup.push('alerts', () => alerting.stop());
    const rules = await startRules(
      { ...machinery, registry: metrics.registry, engine: alerting.engine, externalUrl: baseUrl },
      config,
    );
    cleanup.push('rules', () => rules.stop());

    const telemetry = await startTelemetry({ ...machinery, registry: metrics.registry, workerId: lease.id }, config);
    cleanup.push('telemetry', () => telemetry.stop());

    const cliToken = await writeCliToken(config.data);
    const httpDeps: HttpDeps = {
      version,
      database,
      clock,
      logger,
      wakeups,
      secretBox,
      metrics,
      config: {
        listenHost: config.listen.host,
        externalUrl: config.externalUrl,
        allowedHosts: [],
        trustedProxies: config.trustedProxies,
        noAuth: !config.auth,
        rateLimits: () => ({
          global: { perSecond: config.rateLimits.globalRps, burst: config.rateLimits.globalBurst },
          client: { perSecond: config.rateLimits.clientRps, burst: config.rateLimits.clientRps * 2 },
        }),
      },
      checks: [
        { name: 'config', check: async () => {} },
        { name: 'worker-lease', check: async () => assertLease(lease.isFresh()) },
      ],
      ui: options.ui,
      cliToken,
      // Only who accepts tokens pays for reading them.
      verifyToken: config.tokens
        ? (await import('../platform/identity/token-verifier.ts')).createTokenVerifier(config.tokens, clock)
        : undefined,
    };
    const statusPage = () => ({
      name: config.statusPage.name,
      url: `${baseUrl()}/status`,
      timezone: config.timezone,
    });
    let resolver: CredentialResolver | null = null;
    const app = await createHttpServer(httpDeps, (server, parts) => {
      resolver = parts.resolver;
      if (!serves) return;
      return registerRoutes(server, parts, {
        ...httpDeps,
        onCall,
        statusPage,
        alerting: {
          engine: alerting.engine,
          mappings: config.events,
          status: { ...alerting.status, address: () => new URL(address).host },
        },
        rules,
        telemetry: telemetry.intake,
        library,
        runCheck,
        secrets,
        surroundings,
        phones: phoneServiceOf(config.contacts),
        slack: slackServiceOf(config.contacts),
        mails: config.contacts.email !== null,
        hookSecret: (name) => config.hooks[name]?.secret ?? null,
        startHooked: (tx, hook) => startHookedRuns(triggering, tx, hook),
      });
    });
    cleanup.push('http', () => app.close());

    // The events first, then who reacts to them, then who causes them.
    const start = (name: string, part: { stop(): void | Promise<void> }) => cleanup.push(name, () => part.stop());
    start('sequencer', startSequencer(machinery));
    start('audit chain', startAuditChainer(machinery, { kinds: AUDITED_EVENTS }));
    if (works) {
      const { anchorEveryMs, anchorFile, anchorWebhook } = config.audit;
      const receiver = anchorWebhook === null ? undefined : config.webhooks[anchorWebhook];
      const send = receiver ? createWebhookSender({ name: anchorWebhook ?? '', ...receiver }) : null;
      start(
        'audit anchors',
        startAuditAnchorer({ ...machinery, secretBox }, { everyMs: anchorEveryMs, file: anchorFile, send }),
      );
      const { slack } = config.contacts;
      const rooms = slack?.incidents ?? null;
      const relays = [
        FINDINGS_FROM_PROBES,
        FINDINGS_FROM_ANOMALIES,
        incidentsFromFindings(onCall.paging),
        runsFromIncidents(triggering),
        TIMELINE_FROM_WORK,
        ...(rooms ? [roomsFromIncidents(rooms.name)] : []),
      ];
      const wakeAll = () => {
        for (const topic of ['pages', 'runs', 'timers'] as const) wakeups.kick(topic);
      };
      for (const relay of relays)
        start(`relay ${relay.name}`, startRelay(machinery, { ...relay, afterCommit: wakeAll }));
      start(
        'timers',
        startTimerService(machinery, {
          ...RUN_TIMERS,
          ...statusPageTimers(),
          ...heartbeatTimers({ engine: alerting.engine, clock }),
          ...anomalyTimers(),
          ...onCall.escalator.timers,
          ...scheduleTimers({ ...triggering, now: clock.now, timezone: config.timezone }),
        }),
      );
      const index = startRunbookIndex({
        ...machinery,
        library,
        timezone: config.timezone,
        originOf: repositories.commitOf,
      });
      indexRunbooks = index.look;
      start('runbook index', index);
      start(
        'pager',
        startPager({
          ...machinery,
          channels: onCall.channels,
          contactChannel: onCall.contactChannel,
          workerId: lease.id,
        }),
      );
      if (slack && rooms) {
        const threadsIn = rooms.as === 'thread' ? (slack.channels[rooms.channel ?? ''] ?? null) : null;
        start('incident rooms', startRoomFollower({ ...machinery, keeper: createSlackRooms(slack, threadsIn) }));
      }
      start(
        'status subscribers',
        startSubscriberSender({
          ...machinery,
          secretBox,
          senders: createSubscriberSenders({ database, clock, email: config.contacts.email, page: statusPage }),
          workerId: lease.id,
        }),
      );
      const transitions = createStepTransitionStore({
        pool: database.pool,
        workerId: lease.id,
        afterCommit: () => wakeups.kick('events'),
      });
      start(
        'run worker',
        startRunWorker(
          {
            ...machinery,
            lease,
            transitions,
            executors,
            ...surroundings,
            sealSecrets: secrets.seal,
            openSecrets: secrets.open,
          },
          { concurrency: config.worker.concurrency },
        ),
      );
      await alerting.dispatch();
      await rules.evaluate();
      telemetry.judge();
      await syncProbes(database, probeSpecsOf(config), clock.now());
      start('prober', startProber({ ...machinery, runCheck }));
      start(
        'housekeeping',
        await startHousekeeping({
          database,
          logger,
          clock,
          retention: config.retention,
          telemetryKeptMs: config.telemetry.keepMs,
        }),
      );
    }

    await publish(database.db, [
      {
        kind: 'system.started',
        aggregate: `system:${lease.id}`,
        actor: 'system',
        at: clock.now(),
        body: { worker: lease.id, version },
      },
    ]);
    wakeups.kick('outbox');
    address = await listenAt(app, config.listen);
    if (serves && resolver) start('OTLP', await telemetry.listen(app, resolver));
    await writeLocalServer(config.data, { address, pid: process.pid });
    cleanup.push('server.json', () => removeLocalServer(config.data, process.pid));
    const firstAdmin = serves && config.auth ? await ensureFirstAdmin(machinery) : null;
    return {
      address,
      firstLink: firstAdmin ? linkUrl(baseUrl(), firstAdmin.token) : null,
      reload: async () => {
        await Promise.all([alerting.reload(), rules.reload()]);
      },
      stop: () => cleanup.run(),
    };
  } catch (thrown) {
    await cleanup.run();
    throw thrown;
  }
}

function assertLease(fresh: boolean): void {
  if (!fresh)
    throw new HoldfastError({
      code: 'lease.lapsed',
      kind: 'unavailable',
      message: 'the worker lease could not be renewed',
    });
}
