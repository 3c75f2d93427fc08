import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import {
  chooseIncident,
  findCalledPage,
  listTextedIncidents,
  type PagedIncident,
  type PhoneAnswer,
  parsePhoneAnswer,
} from '../../respond/oncall/index.ts';
import { type AnswerDeps, carryOutAnswer } from '../carry-out-answer.ts';
import type { HttpApp } from '../http-app.ts';

const LARGEST_BODY_BYTES = 65_536;
/** About four segments of a text message. */
const MOST_ANSWER = 600;
const PHONE = { reason: 'by telephone', route: 'POST /hooks/twilio' };
const KEYS: Readonly<Record<string, PhoneAnswer['answer']>> = { '1': 'acknowledge', '2': 'escalate' };

/** The telephone service in front of people's phones. */
export type PhoneService = {
  /** Whether a request comes from there. */
  isFromThere(request: { url: string; fields: URLSearchParams; signature: string }): boolean;
  /** The answer to a text message, and what a caller hears, in its language. */
  writeMessage(text: string): string;
  writeSpeech(text: string): string;
};

export type PhoneRouteDeps = AnswerDeps & {
  /** Null where none is configured. */
  phones: PhoneService | null;
};

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
        const text = await answerMessage(deps, told, fields);
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
        return send(reply, phones.writeSpeech(await answerCall(deps, paged, answer, fields.get('CallSid') ?? '')));
      },
    );
  });
}

const DESCRIPTION =
  'Called by the telephone service, which signs each request (`X-Twilio-Signature`); answers are TwiML.';

async function answerCall(
  deps: PhoneRouteDeps,
  paged: PagedIncident | null,
  answer: PhoneAnswer['answer'] | undefined,
  callSid: string,
): Promise<string> {
  if (paged === null) return 'This page is over.';
  if (answer === undefined) return 'This key means nothing. The page goes on.';
  return carryOutAnswer(deps, paged, answer, { ...PHONE, delivery: `call:${callSid}` });
}

async function answerMessage(
  deps: PhoneRouteDeps,
  told: readonly PagedIncident[],
  fields: URLSearchParams,
): Promise<string> {
  const wanted = parsePhoneAnswer(fields.get('Body') ?? '');
  if (wanted === null) return 'Answer ack to take it, or esc to pass it on.';
  if (told.length === 0) return 'Nothing is open that this number was told of.';
  const paged = chooseIncident(told, wanted.incident);
  if (paged === null) {
    const [first] = told;
    const word = wanted.answer === 'acknowledge' ? 'ack' : 'esc';
    const list = told.map(({ number, title }) => `${number} ${title}`).join('\n');
    const asked = `Which one? Answer ${word} ${first?.number.split('-').at(-1)} for instance.\n${list}`;
    return asked.slice(0, MOST_ANSWER);
  }
  return carryOutAnswer(deps, paged, wanted.answer, {
    ...PHONE,
    delivery: `message:${fields.get('MessageSid') ?? ''}`,
  });
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
