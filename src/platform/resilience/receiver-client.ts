import { readFile } from 'node:fs/promises';
import type { SecureVersion } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type HttpAnswer, sendHttp } from './http-client.ts';
import type {
  HttpClientSettings,
  OAuth2Settings,
  ProxySettings,
  SecretSource,
  TlsSettings,
} from './http-client-settings.ts';
import { type Delivery, judgeAnswer, judgeFailure } from './judge-delivery.ts';
import { guardedLookup } from './refuse-metadata-addresses.ts';

const MOST_REDIRECTS = 10;
const LONGEST_ANSWER_MS = 60_000;
const MOST_ANSWER_BYTES = 64 * 1024;
const TOKEN_MARGIN_MS = 10_000;
const DEFAULT_TOKEN_MS = 5 * 60_000;

export type ReceiverRequest = {
  url: string;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** 0 is as long as we wait for anybody who has no time of his own. */
  timeoutMs: number;
  signal: AbortSignal;
};

/** POSTs to a receiver as its settings say. @throws like sendHttp; HoldfastError `receiver.secret-unreadable` */
export type ReceiverClient = { post(request: ReceiverRequest): Promise<HttpAnswer> };

/** A client for one receiver. Files of secrets and certificates are read anew for each request: they are rotated. */
export function createReceiverClient(settings: HttpClientSettings): ReceiverClient {
  const tokens = settings.oauth2 ? createTokenSource(settings.oauth2) : null;
  return {
    async post(request) {
      const timeoutMs = request.timeoutMs > 0 ? request.timeoutMs : LONGEST_ANSWER_MS;
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
      const headers: Record<string, string> = { 'content-type': request.contentType, ...request.headers };
      Object.assign(headers, await configuredHeaders(settings));
      const authorization = tokens ? `Bearer ${await tokens(signal)}` : await authorizationOf(settings);
      if (authorization !== null) headers['authorization'] = authorization;
      return postFollowing(settings, { url: request.url, headers, body: request.body, timeoutMs, signal });
    },
  };
}

type Post = { url: string; headers: Record<string, string>; body: string; timeoutMs: number; signal: AbortSignal };

/**
 * Follows only redirects that keep the request a POST with its body: after the others the receiver has been told nothing
 * though it answers 200.
 */
async function postFollowing(
  settings: Pick<HttpClientSettings, 'tls' | 'proxy' | 'followRedirects'>,
  post: Post,
): Promise<HttpAnswer> {
  let { url } = post;
  const headers = { ...post.headers };
  for (let redirects = 0; ; redirects += 1) {
    const dispatcher = await createDispatcher(url, settings.tls, settings.proxy);
    try {
      const answer = await sendHttp({
        method: 'POST',
        url,
        headers,
        body: post.body,
        timeoutMs: post.timeoutMs,
        signal: post.signal,
        mostRedirects: 0,
        // A receiver that said 200 has taken it; asking again for the rest would tell people twice.
        statusIsEnough: true,
        mostBodyBytes: MOST_ANSWER_BYTES,
        ...(dispatcher ? { dispatcher } : {}),
      });
      const location = answer.headers['location'];
      const follows = settings.followRedirects && (answer.status === 307 || answer.status === 308);
      if (!follows || !location || redirects >= MOST_REDIRECTS || !URL.canParse(location, url)) return answer;
      const next = new URL(location, url);
      if (next.origin !== new URL(url).origin) delete headers['authorization'];
      url = next.href;
    } finally {
      await dispatcher?.destroy();
    }
  }
}

/** Null when nothing is special: the client for everybody does. */
async function createDispatcher(url: string, tls: TlsSettings, proxy: ProxySettings): Promise<Dispatcher | null> {
  const proxyUrl = proxyFor(url, proxy);
  const special = Object.values(tls).some((value) => value !== null && value !== false);
  if (proxyUrl === null && !special) return null;
  const connect = await tlsOptions(tls);
  if (proxyUrl === null) return new Agent({ connect: { ...connect, lookup: guardedLookup }, pipelining: 0 });
  const headers = Object.fromEntries(
    Object.entries(proxy.connectHeaders).map(([name, values]) => [name, values.join(', ')]),
  );
  const { username, password } = new URL(proxyUrl);
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return new ProxyAgent({
    uri: proxyUrl,
    requestTls: connect,
    headers,
    proxyTunnel: url.startsWith('https:'),
    ...(username ? { token: `Basic ${credentials}` } : {}),
  });
}

/** TLS options of Node for these settings, their files read. */
export async function tlsOptions(tls: TlsSettings): Promise<{
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized: boolean;
  minVersion?: SecureVersion;
  maxVersion?: SecureVersion;
}> {
  const pem = async (value: string | null, file: string | null) =>
    value ?? (file === null ? null : await readSecretFile(file));
  const [ca, cert, key] = await Promise.all([
    pem(tls.ca, tls.caFile),
    pem(tls.cert, tls.certFile),
    pem(tls.key, tls.keyFile),
  ]);
  return {
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(tls.serverName === null ? {} : { servername: tls.serverName }),
    ...(tls.minVersion === null ? {} : { minVersion: tls.minVersion as SecureVersion }),
    ...(tls.maxVersion === null ? {} : { maxVersion: tls.maxVersion as SecureVersion }),
  };
}

function proxyFor(url: string, proxy: ProxySettings): string | null {
  const environment = (name: string) => process.env[name.toLowerCase()] ?? process.env[name.toUpperCase()] ?? '';
  const target = URL.canParse(url) ? new URL(url) : null;
  if (!target) return null;
  const written = proxy.fromEnvironment
    ? environment(target.protocol === 'https:' ? 'https_proxy' : 'http_proxy')
    : (proxy.url ?? '');
  const exceptions = proxy.fromEnvironment ? environment('no_proxy') : proxy.noProxy;
  if (written === '' || isException(target, exceptions)) return null;
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  return URL.canParse(absolute) ? absolute : null;
}

/** `example.org` with what is below it, `.example.org` below it alone, `host:port`, `*`. */
function isException(target: URL, exceptions: string): boolean {
  const host = target.hostname.toLowerCase();
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return exceptions
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [name = '', only] = entry.split(':');
      if (only !== undefined && only !== port) return false;
      return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
    });
}

async function configuredHeaders(settings: HttpClientSettings): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, { values, secrets, files }] of Object.entries(settings.headers)) {
    const read = await Promise.all(files.map(readSecretFile));
    headers[name.toLowerCase()] = [...values, ...secrets, ...read.map((text) => text.trim())].join(', ');
  }
  return headers;
}

async function authorizationOf({ basicAuth, authorization }: HttpClientSettings): Promise<string | null> {
  if (basicAuth) {
    const pair = `${(await readSecret(basicAuth.username)) ?? ''}:${(await readSecret(basicAuth.password)) ?? ''}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  if (!authorization) return null;
  const credentials = await readSecret(authorization.credentials);
  return credentials === null ? null : `${authorization.type} ${credentials}`;
}

/** The value, or its file's text without the space around it; null when neither is set. */
export async function readSecret(source: SecretSource): Promise<string | null> {
  if (source.value !== null) return source.value;
  return source.file === null ? null : (await readSecretFile(source.file)).trim();
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    const code = String((thrown as { code?: unknown }).code ?? 'unreadable');
    throw new HoldfastError({
      code: 'receiver.secret-unreadable',
      kind: 'unavailable',
      message: `cannot read ${file}: ${code}`,
      hint: 'The file is read at each use; it must be there and readable for Holdfast.',
      cause: thrown,
    });
  }
}

/** Tokens of the client credentials grant, kept until shortly before they end. */
function createTokenSource(settings: OAuth2Settings): (signal: AbortSignal) => Promise<string> {
  let kept: { token: string; untilMs: number } | null = null;
  return async (signal) => {
    if (kept && Date.now() < kept.untilMs) return kept.token;
    const secret = (await readSecret(settings.clientSecret)) ?? '';
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...settings.endpointParams });
    if (settings.scopes.length > 0) form.set('scope', settings.scopes.join(' '));
    const ask = (headers: Record<string, string>, body: URLSearchParams) =>
      postFollowing(
        { tls: settings.tls, proxy: settings.proxy, followRedirects: true },
        {
          url: settings.tokenUrl,
          headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers },
          body: body.toString(),
          timeoutMs: LONGEST_ANSWER_MS,
          signal,
        },
      );
    const pair = `${encodeURIComponent(settings.clientId)}:${encodeURIComponent(secret)}`;
    let answer = await ask({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, form);
    if (answer.status === 400 || answer.status === 401) {
      // Some servers take the credentials in the body only.
      const withCredentials = new URLSearchParams(form);
      withCredentials.set('client_id', settings.clientId);
      withCredentials.set('client_secret', secret);
      answer = await ask({}, withCredentials);
    }
    const read = answer.status < 300 ? readToken(answer.body) : null;
    if (!read)
      throw new HoldfastError({
        code: 'receiver.no-token',
        kind: 'unavailable',
        message: `the token server answered HTTP ${answer.status} without a token`,
      });
    kept = { token: read.token, untilMs: Date.now() + Math.max(read.lifeMs - TOKEN_MARGIN_MS, 0) };
    return read.token;
  };
}

function readToken(body: string): { token: string; lifeMs: number } | null {
  try {
    const parsed = JSON.parse(body) as { access_token?: unknown; expires_in?: unknown };
    if (typeof parsed.access_token !== 'string' || parsed.access_token === '') return null;
    const seconds = Number(parsed.expires_in);
    return { token: parsed.access_token, lifeMs: seconds > 0 ? seconds * 1_000 : DEFAULT_TOKEN_MS };
  } catch {
    return null;
  }
}

/**
 * A URL that is known, or stands in a file.
 * @throws HoldfastError `receiver.secret-unreadable`, `receiver.empty`
 */
export async function readUrl(url: string | null, file: string | null): Promise<string> {
  const read = (await readSecret({ value: url, file })) ?? '';
  if (read !== '') return read;
  throw new HoldfastError({ code: 'receiver.empty', kind: 'invalid', message: 'the receiver has no address' });
}

/** One POST and what it means. Never throws. @param judge for receivers that say more than a status */
export async function deliver(
  client: ReceiverClient,
  request: Omit<ReceiverRequest, 'url'> & { url: () => Promise<string> | string },
  judge: (answer: HttpAnswer) => Delivery = (answer) => judgeAnswer(answer),
): Promise<Delivery> {
  try {
    return judge(await client.post({ ...request, url: await request.url() }));
  } catch (thrown) {
    return judgeFailure(thrown);
  }
}
