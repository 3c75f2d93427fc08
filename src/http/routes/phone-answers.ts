import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { acknowledgeIncident } from '../../respond/incidents/index.ts';
import {
  chooseIncident,
  type Escalator,
  findCalledPage,
  listTextedIncidents,
  type PagedIncident,
  type PhoneAnswer,
  parsePhoneAnswer,
  stopPages,
} from '../../respond/oncall/index.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { claimIdempotencyKey, findStoredAnswer, storeAnswer } from '../idempotency-store.ts';

const LARGEST_BODY_BYTES = 65_536;
const KEYS: Readonly<Record<string, PhoneAnswer['answer']>> = { '1': 'acknowledge', '2': 'escalate' };

/** The telephone service in front of people's phones. */
export type PhoneService = {
  /** Whether a request comes from there. */
  isFromThere(request: { url: string; fields: URLSearchParams; signature: string }): boolean;
  /** The answer to a text message, and what a caller hears, in its language. */
  writeMessage(text: string): string;
  writeSpeech(text: string): string;
};

export type PhoneRouteDeps = HttpDeps & {
  onCall: { escalator: Pick<Escalator, 'escalateNow'> };
  /** Null where none is configured. */
  phones: PhoneService | null;
};

type Answered = { text: string };

/** Text messages and keys pressed that answer a page. The service shows who it is by a signature. */
export async function registerPhoneRoutes(server: HttpApp, deps: PhoneRouteDeps): Promise<void> {
  await server.register(async (app: HttpApp) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: LARGEST_BODY_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    app.post(
      '/hooks/twilio/sms',
      { config: { access: 'public', summary: 'Answer a page by a text message', description: DESCRIPTION } },
      async (request, reply) => {
        const { fields, phones } = readSigned(request, deps);
        const told = await listTextedIncidents(deps.database.db, fields.get('From') ?? '');
        const { text } = await answerMessage(deps, told, fields);
        return send(reply, phones.writeMessage(text));
      },
    );
    app.post(
      '/hooks/twilio/voice/:page',
      {
        config: { access: 'public', summary: 'Answer a page by a key of a telephone', description: DESCRIPTION },
        schema: { params: z.object({ page: z.string().max(64) }) },
      },
      async (request, reply) => {
        const { fields, phones } = readSigned(request, deps);
        const paged = await findCalledPage(deps.database.db, request.params.page);
        const answer = KEYS[fields.get('Digits') ?? ''];
        const { text } =
          paged === null || answer === undefined
            ? { text: paged === null ? 'This page is over.' : 'This key means nothing. The page goes on.' }
            : await carryOut(deps, paged, answer, `call:${fields.get('CallSid') ?? ''}`);
        return send(reply, phones.writeSpeech(text));
      },
    );
  });
}

const DESCRIPTION =
  'Called by the telephone service, which signs each request (`X-Twilio-Signature`); answers are TwiML.';

async function answerMessage(
  deps: PhoneRouteDeps,
  told: readonly PagedIncident[],
  fields: URLSearchParams,
): Promise<Answered> {
  const wanted = parsePhoneAnswer(fields.get('Body') ?? '');
  if (wanted === null) return { text: 'Answer ack to take it, or esc to pass it on.' };
  if (told.length === 0) return { text: 'Nothing is open that this number was told of.' };
  const paged = chooseIncident(told, wanted.incident);
  if (paged === null) {
    const [first] = told;
    const word = wanted.answer === 'acknowledge' ? 'ack' : 'esc';
    const list = told.map(({ number, title }) => `${number} ${title}`).join('\n');
    return {
      text: `Which one? Answer ${word} ${first?.number.split('-').at(-1)} for instance.\n${list}`.slice(0, 600),
    };
  }
  return carryOut(deps, paged, wanted.answer, `message:${fields.get('MessageSid') ?? ''}`);
}

/** @param delivery names what they sent: the same one, sent again, escalates once */
async function carryOut(
  deps: PhoneRouteDeps,
  paged: PagedIncident,
  answer: PhoneAnswer['answer'],
  delivery: string,
): Promise<Answered> {
  const actor = `user:${paged.user}`;
  if (answer === 'acknowledge') {
    await acknowledgeIncident({ ...deps, stopPages }, paged.incidentId, { actor, reason: 'by telephone' });
    return { text: `${paged.number} is yours.` };
  }
  const scope = { caller: actor, route: 'POST /hooks/twilio', key: delivery };
  try {
    await deps.database.transact(async (tx) => {
      if (!(await claimIdempotencyKey(tx, scope)) || (await findStoredAnswer(tx, scope))) return;
      await deps.onCall.escalator.escalateNow(tx, paged.incidentId, { actor, reason: 'by telephone' });
      await storeAnswer(tx, scope, { bodySha256: '', status: 200, response: {} });
    });
  } catch (thrown) {
    if (thrown instanceof HoldfastError && thrown.kind === 'conflict')
      return { text: `${paged.number} cannot be passed on: ${thrown.message}.` };
    throw thrown;
  }
  for (const topic of ['outbox', 'pages', 'timers'] as const) deps.wakeups.kick(topic);
  return { text: `${paged.number} is passed on.` };
}

function readSigned(request: FastifyRequest, deps: PhoneRouteDeps): { fields: URLSearchParams; phones: PhoneService } {
  const { phones } = deps;
  const base = deps.config.externalUrl;
  const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
  const signature = request.headers['x-twilio-signature'];
  const signed =
    phones !== null &&
    base !== null &&
    typeof signature === 'string' &&
    phones.isFromThere({ url: `${base.replace(/\/$/, '')}${request.url}`, fields, signature });
  if (signed) return { fields, phones };
  throw new HoldfastError({
    code: 'auth.phone-unsigned',
    kind: 'denied',
    message: 'the request is not signed by the telephone service of this installation',
    hint: 'externalUrl and contacts.twilio.authToken must be those of the account: see docs/oncall.md.',
  });
}

function send(reply: FastifyReply, document: string): FastifyReply {
  return reply.type('text/xml; charset=utf-8').send(document);
}
