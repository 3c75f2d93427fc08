import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { compare } from 'bcryptjs';
import { isMap } from 'yaml';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { goDuration } from '../../platform/yaml/durations.ts';
import { boolean, integer, list, mapOf, object, type Shape, scalar, secret, text } from '../../platform/yaml/shape.ts';
import { readYaml } from '../../platform/yaml/yaml-reading.ts';

/** The file of `--web.config.file`, as Prometheus's exporter toolkit reads it. */
export type WebConfig = {
  /** Null: plain HTTP. */
  tls: { options: TlsOptions; clients: ClientRule; http2: boolean } | null;
  headers: Readonly<Record<string, string>>;
  rateLimit: { burst: number; intervalMs: number } | null;
  /** Whether the name and password of a request are those of a user; without users everybody's are. */
  admits(authorization: string | undefined): Promise<boolean>;
};
/** What is asked of a client's certificate, beside being asked for. */
export type ClientRule = { required: boolean; verified: boolean; names: readonly string[] | null };

/** Always the newest content of the file: certificates and users change while the program runs. */
export type WebConfigSource = { current(): Promise<WebConfig> };

const VERSIONS = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;
const CURVES: Readonly<Record<string, string>> = {
  ...{ CurveP256: 'P-256', CurveP384: 'P-384', CurveP521: 'P-521', X25519: 'X25519' },
  X25519MLKEM768: 'X25519MLKEM768',
};
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Strict-Transport-Security': [],
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': [],
  'Content-Security-Policy': [],
};
const CLIENT_RULES: Readonly<Record<string, Omit<ClientRule, 'names'> & { asked: boolean }>> = {
  '': { asked: false, required: false, verified: false },
  NoClientCert: { asked: false, required: false, verified: false },
  RequestClientCert: { asked: true, required: false, verified: false },
  RequireAnyClientCert: { asked: true, required: true, verified: false },
  RequireClientCert: { asked: true, required: true, verified: false },
  VerifyClientCertIfGiven: { asked: true, required: false, verified: true },
  RequireAndVerifyClientCert: { asked: true, required: true, verified: true },
};
/** Compared for a name nobody has, so that time does not tell that it is nobody's. */
const NOBODYS_HASH = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';

const version = scalar('a version of TLS', (written, node, reading) =>
  Object.hasOwn(VERSIONS, written) ? written : reading.report(node, `unknown TLS version: ${written}`),
) as Shape<keyof typeof VERSIONS>;

const readFileShape = object('the web configuration', {
  tls_server_config: object('tls_server_config', {
    cert: text,
    key: secret,
    client_ca: text,
    cert_file: text,
    key_file: text,
    client_auth_type: text,
    client_ca_file: text,
    cipher_suites: list(text, 'an empty cipher'),
    curve_preferences: list(text, 'an empty curve'),
    min_version: version,
    max_version: version,
    prefer_server_cipher_suites: boolean,
    client_allowed_sans: list(text, 'an empty name'),
  }),
  http_server_config: object('http_server_config', {
    http2: boolean,
    headers: mapOf(text, { empty: '' }),
  }),
  rate_limit: object('rate_limit', { burst: integer(0, Number.MAX_SAFE_INTEGER), interval: goDuration }),
  basic_auth_users: mapOf(secret),
});
type Read = NonNullable<ReturnType<typeof readFileShape>>;

/** @throws HoldfastError invalid `web-config.invalid` */
export async function openWebConfig(file: string): Promise<WebConfigSource> {
  let loaded: { stamp: string; config: WebConfig } | null = null;
  const source: WebConfigSource = {
    async current() {
      const { mtimeMs, size } = await stat(file).catch((thrown: unknown) => refuse(messageOf(thrown)));
      const stamp = `${mtimeMs} ${size}`;
      if (loaded?.stamp !== stamp) loaded = { stamp, config: await readWebConfig(file) };
      return loaded.config;
    },
  };
  await source.current();
  return source;
}

async function readWebConfig(file: string): Promise<WebConfig> {
  const reading = readYaml(await readFile(file, 'utf8').catch((thrown: unknown) => refuse(messageOf(thrown))));
  const isEmpty = reading.root === null || !isMap(reading.follow(reading.root));
  const read = isEmpty || !reading.root ? {} : readFileShape(reading.root, reading);
  const [problem] = reading.problems;
  if (problem || !read) return refuse(`${file}:${problem?.line}:${problem?.column}: ${problem?.message}`);
  const headers = read.httpServerConfig?.headers ?? {};
  for (const [name, value] of Object.entries(headers)) {
    const allowed = Object.hasOwn(HEADERS, name) ? HEADERS[name] : undefined;
    if (!allowed) return refuse(`HTTP header ${JSON.stringify(name)} can not be configured`);
    if (allowed.length > 0 && !allowed.includes(value))
      return refuse(
        `invalid value for ${name}. Expected one of: [${allowed.map((each) => `"${each}"`).join(' ')}], but got: "${value}"`,
      );
  }
  const users = read.basicAuthUsers ?? {};
  for (const hash of Object.values(users)) checkHash(hash);
  const { interval, burst } = read.rateLimit ?? {};
  return {
    tls: await readTls(read, dirname(file)),
    headers,
    rateLimit: interval ? { burst: burst ?? 0, intervalMs: interval } : null,
    admits: createAdmission(users),
  };
}

async function readTls(
  { tlsServerConfig: tls = {}, httpServerConfig }: Read,
  folder: string,
): Promise<WebConfig['tls']> {
  const clientAuth = tls.clientAuthType ?? '';
  const isGiven = [tls.certFile, tls.cert, tls.keyFile, tls.key, tls.clientCaFile, tls.clientCa, clientAuth];
  if (isGiven.every((each) => !each)) return null;
  if (!tls.certFile && !tls.cert) return refuse('missing one of cert or cert_file');
  if (!tls.keyFile && !tls.key) return refuse('missing one of key or key_file');
  const rule = Object.hasOwn(CLIENT_RULES, clientAuth) ? CLIENT_RULES[clientAuth] : undefined;
  if (!rule) return refuse(`invalid ClientAuth: ${clientAuth}`);
  const load = (name: string, path: string) =>
    readFile(isAbsolute(path) ? path : join(folder, path), 'utf8').catch((thrown: unknown) =>
      refuse(`failed to read ${name} (${path}): ${messageOf(thrown)}`),
    );
  const ca = tls.clientCaFile ? await load('client_ca_file', tls.clientCaFile) : tls.clientCa;
  if (ca && !rule.asked) return refuse("client CA's have been configured without a Client Auth Policy");
  const curve = (name: string) => (Object.hasOwn(CURVES, name) ? CURVES[name] : refuse(`unknown curve: ${name}`));
  const context: SecureContextOptions = {
    cert: tls.certFile ? await load('cert_file', tls.certFile) : (tls.cert ?? ''),
    key: tls.keyFile ? await load('key_file', tls.keyFile) : (tls.key ?? ''),
    minVersion: VERSIONS[tls.minVersion ?? 'TLS12'],
    maxVersion: VERSIONS[tls.maxVersion ?? 'TLS13'],
    honorCipherOrder: tls.preferServerCipherSuites ?? true,
    ...(ca && { ca }),
    ...(tls.cipherSuites?.length && { ciphers: tls.cipherSuites.map(toOpenSslName).join(':') }),
    ...(tls.curvePreferences?.length && { ecdhCurve: tls.curvePreferences.map(curve).join(':') }),
  };
  return {
    options: { ...context, requestCert: rule.asked, rejectUnauthorized: rule.required && rule.verified },
    clients: { required: rule.required, verified: rule.verified, names: tls.clientAllowedSans ?? null },
    http2: httpServerConfig?.http2 ?? true,
  };
}

/** `ECDHE-RSA-AES128-GCM-SHA256` of `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`; those of TLS 1.3 are called alike. */
function toOpenSslName(name: string): string {
  const [, exchange, cipher = ''] = /^TLS_(\w+?)_WITH_(\w+)$/.exec(name) ?? [];
  if (exchange === undefined) return /^TLS_\w+$/.test(name) ? name : refuse(`unknown cipher: ${name}`);
  const called = cipher
    .replace(/AES_(\d+)/, 'AES$1')
    .replace(/_CBC_SHA/, '_SHA')
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20_POLY1305');
  return `${exchange === 'RSA' ? '' : `${exchange}_`}${called}`.replaceAll('_', '-');
}

function checkHash(hash: string): void {
  if (hash.length < 59) refuse('crypto/bcrypt: hashedSecret too short to be a bcrypted password');
  if (!/^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash))
    refuse(`crypto/bcrypt: bcrypt hashes must start with '$', but hashedSecret started with '${hash[0]}'`);
}

/** A password that fits is not calculated again for the same header: bcrypt is slow on purpose. */
function createAdmission(users: Readonly<Record<string, string>>): WebConfig['admits'] {
  const known = new Map<string, boolean>();
  return async (authorization) => {
    if (Object.keys(users).length === 0) return true;
    const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '') ?? [];
    if (encoded === undefined) return false;
    const before = known.get(encoded);
    if (before !== undefined) return before;
    const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
    const hash = Object.hasOwn(users, name) ? users[name] : undefined;
    const fits = await compare(password, hash ?? NOBODYS_HASH);
    const admitted = hash !== undefined && fits;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(encoded, admitted);
    return admitted;
  };
}

const MOST_KNOWN = 100;

function refuse(message: string): never {
  throw new HoldfastError({
    code: 'web-config.invalid',
    kind: 'invalid',
    message,
    hint: 'See docs/alerts.md for the file of --web.config.file.',
  });
}
