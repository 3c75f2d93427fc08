import { isIP } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { assertAddressAllowed, guardedLookup } from './refuse-metadata-addresses.ts';

export type HttpRequest = {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | null;
  timeoutMs: number;
  signal?: AbortSignal;
  /** More is cut. */
  mostBodyBytes?: number;
  /** An answer that leads further than this is returned as it is. */
  mostRedirects?: number;
  /** Whether a status is an answer though the rest of it was lost: then the body is cut. */
  statusIsEnough?: boolean;
  /** In place of the one for everybody: own certificates, a proxy. */
  dispatcher?: Dispatcher;
};

export type HttpAnswer = {
  status: number;
  headers: Record<string, string>;
  body: string;
  bodyCut: boolean;
  redirects: number;
};

const MOST_REDIRECTS = 5;
const DEFAULT_MOST_BODY_BYTES = 1024 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * A connection per request: one kept open may be closed by the other side just as it is used again, and then nobody
 * knows whether a POST was carried out.
 */
const agent = new Agent({ connect: { lookup: guardedLookup }, pipelining: 0, connections: 32 });

/**
 * One HTTP request from Holdfast to the outside, with a time limit over everything, few redirects, a cap on the body,
 * and no way to a metadata address.
 * @throws HoldfastError invalid for what is no http(s) URL, denied for refused addresses; socket errors as they are
 */
export async function sendHttp(options: HttpRequest): Promise<HttpAnswer> {
  const limit = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  let url = parseUrl(options.url);
  let { method } = options;
  let body = options.body ?? null;
  const headers: Record<string, string> = { 'user-agent': 'holdfast', ...options.headers };
  for (let redirects = 0; ; redirects += 1) {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host)) assertAddressAllowed(host, host);
    const response = await request(url, {
      dispatcher: options.dispatcher ?? agent,
      method: method as 'GET',
      headers,
      body,
      signal,
    });
    const location = response.headers.location;
    if (
      REDIRECTS.has(response.statusCode) &&
      typeof location === 'string' &&
      redirects < (options.mostRedirects ?? MOST_REDIRECTS)
    ) {
      await response.body.dump();
      const next = parseUrl(new URL(location, url).href);
      if (next.origin !== url.origin) {
        for (const name of Object.keys(headers)) if (/^(authorization|cookie)$/i.test(name)) delete headers[name];
      }
      if (
        response.statusCode === 303 ||
        ((response.statusCode === 301 || response.statusCode === 302) && method === 'POST')
      ) {
        method = 'GET';
        body = null;
      }
      url = next;
      continue;
    }
    const read = await readCapped(
      response.body,
      options.mostBodyBytes ?? DEFAULT_MOST_BODY_BYTES,
      options.statusIsEnough,
    );
    const flat = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    );
    return { status: response.statusCode, headers: flat, body: read.text, bodyCut: read.cut, redirects };
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new HoldfastError({
    code: 'http.bad-url',
    kind: 'invalid',
    message: `"${text}" is no http or https URL`,
    hint: 'Write it with its scheme: https://…',
  });
}

async function readCapped(
  stream: AsyncIterable<Buffer> & { destroy(): unknown },
  mostBytes: number,
  lossIsFine = false,
): Promise<{ text: string; cut: boolean }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  let lost = false;
  try {
    for await (const chunk of stream) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes > mostBytes) {
        stream.destroy();
        break;
      }
    }
  } catch (thrown) {
    if (!lossIsFine) throw thrown;
    lost = true;
  }
  const all = Buffer.concat(parts);
  return { text: all.subarray(0, mostBytes).toString('utf8'), cut: lost || all.length > mostBytes };
}
