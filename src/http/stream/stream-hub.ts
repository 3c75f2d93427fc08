import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeyRole } from '../../contract/identity.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { Credential } from '../../platform/identity/credential.ts';
import type { CredentialResolver } from '../../platform/identity/credential-resolver.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpDeps } from '../http-deps.ts';
import { createEventFeed } from './event-feed.ts';
import { type EventStream, openEventStream } from './event-stream.ts';

const HEARTBEAT_MS = 15_000;
const REAUTHORISE_MS = 1_000;
const MOST_STREAMS = 1_000;

/** `rights` is shared with the stream, which asks it for each event. */
type Open = { stream: EventStream; credential: Credential; rights: { role: KeyRole } };

export type StreamHub = {
  /** Turns the request into a stream of events after `lastEventId` (all new ones when null). */
  open(request: FastifyRequest, reply: FastifyReply, lastEventId: string | null): Promise<void>;
  close(): Promise<void>;
};

/** All open event streams of this process: one reader, one heartbeat, one check of everybody's rights each second. */
export function createStreamHub(
  deps: Pick<HttpDeps, 'database' | 'wakeups' | 'logger'> & { resolver: CredentialResolver },
): StreamHub {
  const feed = createEventFeed(deps);
  const streams = new Set<Open>();
  let closing = false;

  const reauthorise = async (open: Open) => {
    try {
      const resolution = await deps.resolver.resolve(open.credential);
      if (resolution.kind === 'accepted') open.rights.role = resolution.principal.role;
      else open.stream.end();
    } catch {
      // The database is away, so there is nothing to read either; the next second asks again.
    }
  };
  const heartbeat = setInterval(() => {
    for (const open of streams) open.stream.heartbeat();
  }, HEARTBEAT_MS).unref();
  const rights = setInterval(() => {
    for (const open of streams) void reauthorise(open);
  }, REAUTHORISE_MS).unref();

  return {
    async open(request, reply, lastEventId) {
      if (closing || streams.size >= MOST_STREAMS) {
        throw new HoldfastError({
          code: 'stream.too-many',
          kind: 'unavailable',
          message: closing ? 'this server is stopping' : `this process already carries ${MOST_STREAMS} event streams`,
          hint: 'Try again in a moment; another replica may have room.',
        });
      }
      const { credential } = request;
      const rights = { role: principalOf(request).role };
      if (!credential)
        throw new HoldfastError({ code: 'internal', kind: 'bug', message: 'an event stream without a credential' });
      const raw = reply.raw;
      let open: Open | null = null;
      // Listening first: what is stamped between the look at the range and the first read is not missed.
      const leave = await feed.listen(() => open?.stream.pump());
      try {
        const range = await feed.readRange();
        const start = judgeStart(lastEventId, range);
        reply.hijack();
        raw.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          // Proxies that buffer would hold the page of an outage back.
          'x-accel-buffering': 'no',
          // A stream that ends takes its connection along: a stop must not wait for it to be used again.
          connection: 'close',
        });
        const stream = openEventStream(raw, { feed, logger: deps.logger }, { ...start, role: () => rights.role });
        const entry: Open = { stream, credential, rights };
        open = entry;
        streams.add(entry);
        raw.once('close', () => {
          streams.delete(entry);
          leave();
        });
        if (closing) stream.end();
      } catch (thrown) {
        leave();
        throw thrown;
      }
    },
    async close() {
      closing = true;
      clearInterval(heartbeat);
      clearInterval(rights);
      for (const open of streams) open.stream.end();
      await feed.close();
    },
  };
}

/** Where a stream begins. `after: null` says the client's place is gone (pruned, or from another database). */
export function judgeStart(
  lastEventId: string | null,
  range: { newest: number; oldest: number | null },
): { after: number | null; newest: number } {
  const { newest } = range;
  if (lastEventId === null) return { after: newest, newest };
  const last = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : Number.NaN;
  const oldestResumable = (range.oldest ?? newest + 1) - 1;
  return { after: last >= oldestResumable && last <= newest ? last : null, newest };
}
