import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { declareIncidentSchema } from '../../contract/incident.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import type { Delivery } from '../../platform/resilience/judge-delivery.ts';
import { levelOf, readIncidentRow } from '../../respond/incidents/index.ts';
import { findActor, findPageFor, type PhoneAnswer } from '../../respond/oncall/index.ts';
import { type AnswerDeps, carryOutAnswer } from '../carry-out-answer.ts';
import { type DeclareDeps, declareIncident } from '../declare-incident.ts';
import type { HttpApp } from '../http-app.ts';
import { claimIdempotencyKey, findStoredAnswer, storeAnswer } from '../idempotency-store.ts';

const LARGEST_BODY_BYTES = 262_144;
const REPLY_TIMEOUT_MS = 10_000;
const RANKS = [1, 2, 3, 4] as const;
const ANSWERS = ['acknowledge', 'escalate'] as const satisfies readonly PhoneAnswer['answer'][];

/** What is said to whoever pressed a button; `replaces` puts it in the place of the message and its buttons. */
type SlackReply = { dedupKey: string; url: string; text: string; replaces: boolean };

/** The Slack app in front of people. */
export type SlackService = {
  isFromThere(request: { body: string; timestamp: string; signature: string }, now: Date): boolean;
  reply(reply: SlackReply, signal: AbortSignal): Promise<Delivery>;
};

export type SlackRouteDeps = AnswerDeps &
  DeclareDeps & {
    /** Null where none is configured. */
    slack: SlackService | null;
  };

/** A button pressed, as far as we read it. */
const interactionSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string().max(64) }),
  response_url: z.url({ protocol: /^https?$/ }).max(1_000),
  actions: z
    .array(z.object({ action_id: z.string().max(255), value: z.string().max(2_000).optional(), action_ts: z.string() }))
    .min(1),
});
const commandSchema = z.object({
  user_id: z.string().max(64),
  text: z.string().max(3_000).default(''),
  trigger_id: z.string().max(255),
});
const answerSchema = z.object({ response_type: z.literal('ephemeral'), text: z.string() }).meta({ id: 'SlackAnswer' });

/** Buttons and commands of Slack. It shows who it is by a signature, people by the member id they verified. */
export async function registerSlackRoutes(server: HttpApp, deps: SlackRouteDeps): Promise<void> {
  const description = 'Called by Slack, which signs each request (`X-Slack-Signature`).';
  await server.register(async (app: HttpApp) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: LARGEST_BODY_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    app.post(
      '/hooks/slack/interactions',
      {
        config: { access: 'public', summary: 'Answer a page by a button', description },
        schema: { response: { 200: z.object({}) } },
      },
      async (request) => {
        const { fields, slack } = readSigned(request, deps);
        const pressed = interactionSchema.safeParse(parseJson(fields.get('payload') ?? ''));
        const action = pressed.data?.actions[0];
        const answer = ANSWERS.find((each) => each === action?.action_id);
        // A link that was opened is told as well, and other apps' actions may come.
        if (!pressed.success || !action || answer === undefined) return {};
        const said = await answerButton(deps, pressed.data.user.id, { ...action, answer });
        await reply(deps, slack, { dedupKey: action.action_ts, url: pressed.data.response_url, ...said });
        return {};
      },
    );
    app.post(
      '/hooks/slack/commands',
      {
        config: { access: 'public', summary: 'Declare or acknowledge by a command', description },
        schema: { response: { 200: answerSchema } },
      },
      async (request) => {
        const { fields } = readSigned(request, deps);
        const read = commandSchema.safeParse(Object.fromEntries(fields));
        const text = read.success ? await answerCommand(deps, read.data) : await usage(deps);
        return { response_type: 'ephemeral' as const, text };
      },
    );
  });
}

async function answerButton(
  deps: SlackRouteDeps,
  member: string,
  action: { value?: string | undefined; action_ts: string; answer: PhoneAnswer['answer'] },
): Promise<Pick<SlackReply, 'text' | 'replaces'>> {
  const paged = await findPageFor(deps.database.db, action.value ?? '', { kind: 'slack', address: member });
  if (paged === null) {
    const text = 'You cannot answer this page: verify your Slack account as a contact method first.';
    return { text, replaces: false };
  }
  const by = { reason: 'in Slack', route: 'POST /hooks/slack', delivery: `button:${action.action_ts}` };
  const text = await carryOutAnswer(deps, paged, action.answer, by);
  // Taken: the message says so and has no buttons any more.
  return action.answer === 'acknowledge'
    ? { text: `${paged.number} ${paged.title}\n${text}`, replaces: true }
    : { text, replaces: false };
}

async function answerCommand(deps: SlackRouteDeps, command: z.infer<typeof commandSchema>): Promise<string> {
  const user = await findActor(deps.database.db, { kind: 'slack', address: command.user_id });
  if (user === null) return 'Holdfast does not know you: add and verify your Slack account as a contact method.';
  const [verb = '', ...words] = command.text.trim().split(/\s+/);
  if (verb === 'ack' && words.length === 1) return acknowledge(deps, user, words[0] ?? '', command.trigger_id);
  if (verb === 'declare') return declare(deps, user, words, command.trigger_id);
  return usage(deps);
}

async function acknowledge(deps: SlackRouteDeps, user: string, named: string, delivery: string): Promise<string> {
  try {
    const { id, number, title } = await readIncidentRow(deps.database.db, named.toUpperCase());
    const by = { reason: 'in Slack', route: 'POST /hooks/slack', delivery };
    return await carryOutAnswer(deps, { incidentId: id, number, title, user }, 'acknowledge', by);
  } catch (thrown) {
    if (thrown instanceof HoldfastError && thrown.kind === 'missing') return `${messageOf(thrown)}.`;
    throw thrown;
  }
}

async function declare(
  deps: SlackRouteDeps,
  user: string,
  [label = '', ...words]: string[],
  delivery: string,
): Promise<string> {
  const scheme = await deps.schemeFor(deps.database.db, {});
  const severity = RANKS.find((rank) => levelOf(scheme, rank).label.toLowerCase() === label.toLowerCase());
  const wanted = declareIncidentSchema.safeParse({ title: words.join(' '), severity });
  if (severity === undefined || !wanted.success) return usage(deps);
  const actor = `user:${user}`;
  const scope = { caller: actor, route: 'POST /hooks/slack', key: delivery };
  const text = await deps.database.transact(async (tx) => {
    // Slack sends a command again when an answer was late.
    if (!(await claimIdempotencyKey(tx, scope))) return 'This is being declared right now.';
    const stored = await findStoredAnswer(tx, scope);
    if (stored) return String(stored.response);
    const made = await declareIncident(tx, deps, wanted.data, { at: deps.clock.now(), actor });
    const base = deps.config.externalUrl?.replace(/\/$/, '');
    const link = base === undefined ? '' : ` ${base}/incidents/${made.id}`;
    const said = `${made.number} is declared.${link}`;
    await storeAnswer(tx, scope, { bodySha256: '', status: 200, response: said });
    return said;
  });
  for (const topic of ['outbox', 'pages', 'timers'] as const) deps.wakeups.kick(topic);
  return text;
}

async function usage(deps: SlackRouteDeps): Promise<string> {
  const scheme = await deps.schemeFor(deps.database.db, {});
  const labels = RANKS.map((rank) => levelOf(scheme, rank).label).join('|');
  return `Write: declare ${labels} what is wrong, or: ack INC-20260301-001`;
}

/** Says what became of it. Best effort: what was answered counts already. */
async function reply(deps: SlackRouteDeps, slack: SlackService, said: SlackReply): Promise<void> {
  const result = await slack.reply(said, AbortSignal.timeout(REPLY_TIMEOUT_MS));
  if (result.kind !== 'sent') deps.logger.warn({ reason: result.reason }, 'Slack did not take the reply to a button');
}

function readSigned(request: FastifyRequest, deps: SlackRouteDeps): { fields: URLSearchParams; slack: SlackService } {
  const { slack } = deps;
  const body = typeof request.body === 'string' ? request.body : '';
  const header = (name: string) => String(request.headers[name] ?? '');
  const signed = {
    body,
    timestamp: header('x-slack-request-timestamp'),
    signature: header('x-slack-signature'),
  };
  if (slack?.isFromThere(signed, deps.clock.now())) return { fields: new URLSearchParams(body), slack };
  throw new HoldfastError({
    code: 'auth.slack-unsigned',
    kind: 'denied',
    message: 'the request is not signed by the Slack app of this installation',
    hint: 'contacts.slack.signingSecret must be that of the app: see docs/oncall.md.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
