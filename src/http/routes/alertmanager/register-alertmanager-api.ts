import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type AlertEngine,
  listAlerts,
  listGroups,
  PostedAlertsError,
  PostedSilenceError,
  readPostedAlerts,
  readPostedSilence,
  SilenceError,
  sortSilences,
  stateOfSilence,
} from '../../../detect/alerting/index.ts';
import type { Clock } from '../../../platform/clock/clock.ts';
import type { Access, HttpApp } from '../../http-app.ts';
import { QueryError, readAlertFilter, readFlag, readMatchers } from './read-query.ts';
import { wireAlert, wireGroup, wireSilence, wireTime } from './wire-shapes.ts';

/** What the status page of the original tells. */
export type AlertmanagerStatus = {
  /** The release of Alertmanager whose API this is: clients look at it. */
  version: string;
  /** `host:port` of the one peer there is. */
  address: () => string;
  startedAt: Date;
  /** The configuration as it may be shown. */
  configText: () => string;
  receivers: () => readonly string[];
};

export type AlertmanagerApiDeps = {
  engine: AlertEngine;
  clock: Clock;
  status: AlertmanagerStatus;
  /** Who may read, who may send alerts, who may silence. */
  access: { read: Access; send: Access; silence: Access };
  observe: { received(firing: number, resolved: number, version: 'v1' | 'v2'): void; invalid(alerts: number): void };
};

/** A batch of Prometheus is 64 alerts; a proxy that collects sends far more. */
const LARGEST_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Alertmanager's API v2, and v1's way to send alerts, at their own paths. Errors are JSON strings: its clients print the
 * body as it is.
 */
export async function registerAlertmanagerApi(server: HttpApp, deps: AlertmanagerApiDeps): Promise<void> {
  await server.register(async (app: HttpApp) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: LARGEST_BODY_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    app.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    registerAlerts(app, deps);
    registerSilences(app, deps);
    registerStatus(app, deps);
  });
}

function registerAlerts(app: HttpApp, deps: AlertmanagerApiDeps): void {
  const { engine, clock, access, observe } = deps;

  const receive = async (request: FastifyRequest, version: 'v1' | 'v2'): Promise<string | null> => {
    const nowMs = clock.now().getTime();
    const { resolveTimeoutMs } = engine.setup;
    const { alerts, errors } = readPostedAlerts(readJson(request.body, 'alerts'), {
      nowMs,
      resolveTimeoutMs,
      mode: engine.mode,
    });
    const resolved = alerts.filter((alert) => alert.endsAtMs <= nowMs).length;
    observe.received(alerts.length - resolved, resolved, version);
    if (errors.length > 0) observe.invalid(errors.length);
    await engine.postAlerts(alerts, nowMs);
    return errors.length > 0 ? errors.join('\n') : null;
  };
  app.post(
    '/api/v2/alerts',
    {
      config: {
        access: access.send,
        intake: true,
        summary: 'Send alerts, as to Alertmanager',
        description: 'Answered when every good alert of the body is stored; bad ones are named in a 400.',
      },
    },
    (request, reply) =>
      answer(reply, async () => {
        const errors = await receive(request, 'v2');
        return errors === null ? reply.code(200).send() : refuse(reply, 400, errors);
      }),
  );
  app.post(
    '/api/v1/alerts',
    { config: { access: access.send, intake: true, summary: 'Send alerts, as to an old Alertmanager' } },
    async (request, reply) => {
      const errors = await receive(request, 'v1').catch((thrown: unknown) => {
        if (thrown instanceof PostedAlertsError || thrown instanceof QueryError) return thrown.message;
        throw thrown;
      });
      reply.type('application/json');
      if (errors === null) return reply.send(JSON.stringify({ status: 'success' }));
      return reply.code(400).send(JSON.stringify({ status: 'error', errorType: 'bad_data', error: errors }));
    },
  );
  app.get(
    '/api/v2/alerts',
    { config: { access: access.read, summary: 'Alerts that fire, as Alertmanager lists them' } },
    (request, reply) =>
      answer(reply, async () => {
        const filter = readAlertFilter(request.query as Record<string, unknown>, engine);
        await engine.mirror.catchUp();
        return json(reply, listAlerts(engine, filter, clock.now().getTime()).map(wireAlert));
      }),
  );
  app.get(
    '/api/v2/alerts/groups',
    { config: { access: access.read, summary: 'Alerts in the groups they are told in' } },
    (request, reply) =>
      answer(reply, async () => {
        const filter = readAlertFilter(request.query as Record<string, unknown>, engine);
        await engine.mirror.catchUp();
        return json(reply, listGroups(engine, filter, clock.now().getTime()).map(wireGroup));
      }),
  );
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

function registerSilences(app: HttpApp, deps: AlertmanagerApiDeps): void {
  const { engine, clock, access } = deps;

  app.get(
    '/api/v2/silences',
    { config: { access: access.read, summary: 'Silences: active, pending, expired' } },
    (request, reply) =>
      answer(reply, async () => {
        const query = request.query as Record<string, unknown>;
        const matchers = readMatchers(query['filter'], engine);
        const states = {
          active: readFlag(query['active']),
          pending: readFlag(query['pending']),
          expired: readFlag(query['expired']),
        };
        await engine.mirror.catchUp();
        const nowMs = clock.now().getTime();
        const wanted = [...engine.mirror.silences.all()].filter(
          (silence) =>
            states[stateOfSilence(silence, nowMs)] &&
            matchers.every((asked) =>
              silence.matchers.some(
                (own) => own.name === asked.name && own.type === asked.type && own.value === asked.value,
              ),
            ),
        );
        return json(
          reply,
          sortSilences(wanted, nowMs).map((silence) => wireSilence(silence, nowMs)),
        );
      }),
  );
  app.post(
    '/api/v2/silences',
    { config: { access: access.silence, summary: 'Silence alerts, or change a silence' } },
    (request, reply) =>
      answer(reply, async () => {
        const wanted = readPostedSilence(readJson(request.body, 'silence'));
        const nowMs = clock.now().getTime();
        if (wanted.endsAtMs !== null) {
          if ((wanted.startsAtMs ?? Number.NEGATIVE_INFINITY) >= wanted.endsAtMs)
            return refuse(reply, 400, 'Failed to create silence: start time must be before end time');
          if (wanted.endsAtMs < nowMs)
            return refuse(reply, 400, "Failed to create silence: end time can't be in the past");
        } else return refuse(reply, 400, 'Failed to create silence: start time must be before end time');
        const silenceID = await engine.setSilence(wanted);
        return silenceID === null ? refuse(reply, 404, 'silence not found') : json(reply, { silenceID });
      }),
  );
  app.get('/api/v2/silence/:silenceID', { config: { access: access.read, summary: 'One silence' } }, (request, reply) =>
    answer(reply, async () => {
      const { silenceID } = request.params as { silenceID: string };
      if (!UUID.test(silenceID)) return refuseId(reply, silenceID);
      await engine.mirror.catchUp();
      const silence = engine.mirror.silences.get(silenceID);
      return silence ? json(reply, wireSilence(silence, clock.now().getTime())) : reply.code(404).send();
    }),
  );
  app.delete(
    '/api/v2/silence/:silenceID',
    { config: { access: access.silence, summary: 'End a silence now' } },
    (request, reply) =>
      answer(reply, async () => {
        const { silenceID } = request.params as { silenceID: string };
        if (!UUID.test(silenceID)) return refuseId(reply, silenceID);
        return (await engine.expireSilence(silenceID)) ? reply.code(200).send() : reply.code(404).send();
      }),
  );
}

function registerStatus(app: HttpApp, { access, status }: AlertmanagerApiDeps): void {
  const peer = 'holdfast';
  app.get(
    '/api/v2/status',
    { config: { access: access.read, summary: 'Version and configuration, as Alertmanager tells them' } },
    (_request, reply) =>
      json(reply, {
        cluster: { name: peer, peers: [{ address: status.address(), name: peer }], status: 'ready' },
        config: { original: status.configText() },
        uptime: wireTime(status.startedAt.getTime()),
        versionInfo: {
          branch: 'HEAD',
          buildDate: '',
          buildUser: 'holdfast',
          goVersion: '',
          revision: 'holdfast',
          version: status.version,
        },
      }),
  );
  app.get(
    '/api/v2/receivers',
    { config: { access: access.read, summary: 'Names of the receivers' } },
    (_request, reply) =>
      json(
        reply,
        status.receivers().map((name) => ({ name })),
      ),
  );
}

/** Runs a handler and says in a JSON string what was wrong with the request. */
async function answer(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work();
  } catch (thrown) {
    const asked =
      thrown instanceof QueryError ||
      thrown instanceof PostedAlertsError ||
      thrown instanceof PostedSilenceError ||
      thrown instanceof SilenceError;
    if (asked) return refuse(reply, 400, thrown.message);
    throw thrown;
  }
}

function refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
  reply.code(status);
  return json(reply, text);
}

/** The original's framework refuses such an id before it is looked up, with a body of its own. */
function refuseId(reply: FastifyReply, id: string): FastifyReply {
  reply.code(422);
  return json(reply, { code: 601, message: `silenceID in path must be of type uuid: ${JSON.stringify(id)}` });
}

function json(reply: FastifyReply, body: unknown): FastifyReply {
  // As a string: no serializer of the server's may reshape it.
  return reply.type('application/json').serializer(String).send(JSON.stringify(body));
}

function readJson(body: unknown, what: string): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
  } catch (thrown) {
    throw new QueryError(`parsing ${what} body from "" failed, because ${(thrown as Error).message}`);
  }
}
