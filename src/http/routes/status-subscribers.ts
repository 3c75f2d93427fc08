import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { listOf } from '../../contract/common.ts';
import {
  addStatusSubscriberSchema,
  type StatusSubscriber,
  statusSubscriberSchema,
} from '../../contract/status-page.ts';
import { maskUrlPath } from '../../platform/config/mask-secret.ts';
import { isEmailAddress, isHttpUrl } from '../../platform/config/value-types.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import {
  confirmByToken,
  deleteSubscriber,
  listSubscribers,
  openAddress,
  readFailures,
  type SubscriberRow,
  subscribe,
  unsubscribeByToken,
} from '../../respond/status-page/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { renderAskPage, renderSaidPage, renderSubscribePage } from '../status-page/render-subscribe-pages.ts';

const MOST_LISTED = 5_000;
const LARGEST_FORM_BYTES = 8_192;

export type StatusSubscriberRouteDeps = HttpDeps & {
  page: () => { name: string };
  /** Whether a mail server is configured: without one nobody can subscribe by mail. */
  mails: boolean;
};

/** Who hears of updates, for those who write the page. */
export function registerStatusSubscriberRoutes(app: HttpApp, deps: StatusSubscriberRouteDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/status-page/subscribers',
    {
      config: { access: 'operator', summary: 'Who hears of updates of the status page' },
      schema: { response: { 200: listOf(statusSubscriberSchema) } },
    },
    async () => {
      const failures = await readFailures(db);
      const shown = (row: SubscriberRow): StatusSubscriber => {
        const { address } = openAddress(deps.secretBox, row);
        const { failed, reason } = failures.get(row.id) ?? { failed: 0, reason: null };
        return {
          id: row.id,
          kind: row.kind,
          address: row.kind === 'webhook' ? maskUrlPath(address) : address,
          confirmedAt: row.confirmedAt?.toISOString() ?? null,
          createdAt: row.createdAt.toISOString(),
          failed,
          reason,
        };
      };
      return { items: (await listSubscribers(db, MOST_LISTED)).map(shown), next: null };
    },
  );
  app.post(
    '/api/v1/status-page/subscribers',
    {
      config: {
        access: 'operator',
        summary: 'Add a subscriber of the status page',
        description:
          'A webhook is sent every update from now on; an email address is asked first whether it wants them.',
      },
      schema: { body: addStatusSubscriberSchema, response: { 204: z.void() } },
    },
    async (request, reply) => {
      const { kind, address } = request.body;
      if (kind === 'email') assertMail(deps, address);
      else if (!isHttpUrl(address)) throw refused('the address is not an http:// or https:// address');
      await change(deps, principalOf(request).actor, `${kind} subscriber added`, (tx, at) =>
        subscribe(tx, deps.secretBox, { kind, address, confirmed: kind === 'webhook', at }),
      );
      reply.code(204);
    },
  );
  app.delete(
    '/api/v1/status-page/subscribers/:id',
    {
      config: { access: 'operator', summary: 'Remove a subscriber of the status page' },
      schema: { params: z.object({ id: z.string().max(100) }), response: { 204: z.void() } },
    },
    async (request, reply) => {
      await change(deps, principalOf(request).actor, 'subscriber removed', async (tx) => {
        if (await deleteSubscriber(tx, request.params.id)) return;
        throw new HoldfastError({
          code: 'status.no-subscription',
          kind: 'missing',
          message: `there is no subscriber ${request.params.id}`,
          hint: '`holdfast status subscribers` lists them.',
        });
      });
      reply.code(204);
    },
  );
}

/** Subscribing, confirming and unsubscribing, for everybody: pages that work without scripts. */
export async function registerPublicSubscribeRoutes(server: HttpApp, deps: StatusSubscriberRouteDeps): Promise<void> {
  const name = () => deps.page().name;
  const send = (reply: FastifyReply, html: string) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').serializer(String).send(html);
  const tokenQuery = z.object({ token: z.string().max(100) });
  await server.register(async (app: HttpApp) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: LARGEST_FORM_BYTES }, (_request, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    const html = { 'text/html': 'A page' };
    app.get(
      '/status/subscribe',
      { config: { access: 'public', summary: 'Subscribe to the status page: the form', produces: html } },
      async (_request, reply) => send(reply, renderSubscribePage({ name: name(), mails: deps.mails, problem: null })),
    );
    app.post(
      '/status/subscribe',
      { config: { access: 'public', summary: 'Subscribe to the status page by mail', produces: html } },
      async (request, reply) => {
        const address = z.object({ email: z.string().trim().max(1_000) }).safeParse(request.body).data?.email ?? '';
        if (!deps.mails || !isEmailAddress(address)) {
          const problem = deps.mails ? 'That is not an email address.' : null;
          return send(reply.code(400), renderSubscribePage({ name: name(), mails: deps.mails, problem }));
        }
        await deps.database.transact((tx) =>
          subscribe(tx, deps.secretBox, { kind: 'email', address, confirmed: false, at: deps.clock.now() }),
        );
        deps.wakeups.kick('pages');
        // The same words whether the address was known or not.
        return send(reply, renderSaidPage(name(), 'A mail is on its way. Open the link in it to confirm.'));
      },
    );
    // Programs that look into mails open every link: only the button changes something.
    for (const [path, question, button] of [
      ['confirm', 'Do you want a mail for each update?', 'Confirm'],
      ['unsubscribe', 'Do you want no more messages?', 'Unsubscribe'],
    ] as const) {
      app.get(
        `/status/${path}`,
        {
          config: { access: 'public', summary: `${button}: asks`, produces: html },
          schema: { querystring: tokenQuery },
        },
        async (request, reply) =>
          send(reply, renderAskPage({ name: name(), path, token: request.query.token, question, button })),
      );
    }
    app.post(
      '/status/confirm',
      {
        config: { access: 'public', summary: 'Confirm a subscription', produces: html },
        schema: { querystring: tokenQuery },
      },
      async (request, reply) => {
        await deps.database.transact((tx) => confirmByToken(tx, request.query.token, deps.clock.now()));
        return send(reply, renderSaidPage(name(), 'You are subscribed.'));
      },
    );
    app.post(
      '/status/unsubscribe',
      { config: { access: 'public', summary: 'Unsubscribe', produces: html }, schema: { querystring: tokenQuery } },
      async (request, reply) => {
        await deps.database.transact((tx) => unsubscribeByToken(tx, request.query.token));
        return send(reply, renderSaidPage(name(), 'You are unsubscribed.'));
      },
    );
  });
}

function assertMail(deps: StatusSubscriberRouteDeps, address: string): void {
  if (!isEmailAddress(address)) throw refused('the address is not an email address');
  if (!deps.mails) throw refused('no mail server is configured', 'Set contacts.email.');
}

function refused(message: string, hint?: string): HoldfastError {
  return new HoldfastError({ code: 'status.subscriber-refused', kind: 'invalid', message, ...(hint && { hint }) });
}

async function change(
  deps: StatusSubscriberRouteDeps,
  actor: string,
  detail: string,
  work: (tx: Parameters<Parameters<HttpDeps['database']['transact']>[0]>[0], at: Date) => Promise<void>,
): Promise<void> {
  const at = deps.clock.now();
  await deps.database.transact(async (tx) => {
    await work(tx, at);
    const body = { name: 'subscribers', detail };
    await publish(tx, [{ kind: 'status-page.changed', aggregate: 'system:status-page', at, actor, body }]);
  });
  for (const topic of ['outbox', 'pages'] as const) deps.wakeups.kick(topic);
}
