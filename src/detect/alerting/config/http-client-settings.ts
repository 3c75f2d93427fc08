import { isAbsolute, join } from 'node:path';
import type { Node } from 'yaml';
import type {
  HttpClientSettings,
  ProxySettings,
  SecretSource,
  TlsSettings,
} from '../../../platform/resilience/http-client-settings.ts';
import {
  anything,
  boolean,
  list,
  mapOf,
  object,
  type Read,
  type Shape,
  scalar,
  secret,
  text,
} from '../../../platform/yaml/shape.ts';
import type { Reading } from '../../../platform/yaml/yaml-reading.ts';
import { looseUrl } from './url-shapes.ts';

const TLS_VERSIONS: Record<string, string> = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' };

const tlsVersion: Shape<string> = scalar('a TLS version', (written, node, reading) =>
  Object.hasOwn(TLS_VERSIONS, written)
    ? TLS_VERSIONS[written]
    : reading.report(node, `unknown TLS version: ${written}`),
);

/** Alertmanager has no secret manager to take `*_ref` from either; it refuses them when it starts. */
const reference: Shape<string> = (node, reading) =>
  reading.report(node, 'names a secret in a secret manager, and there is none; use the …_file field');

const tlsFields = {
  ca: text,
  cert: text,
  key: secret,
  ca_file: text,
  cert_file: text,
  key_file: text,
  ca_ref: reference,
  cert_ref: reference,
  key_ref: reference,
  server_name: text,
  insecure_skip_verify: boolean,
  min_version: tlsVersion,
  max_version: tlsVersion,
};
const readTlsFields = object('tls_config', tlsFields);

/** `tls_config`, with the rules of Prometheus' common library. */
export const tlsSettings: Shape<TlsSettings> = (node, reading) => {
  const read = readTlsFields(node, reading);
  if (!read) return undefined;
  const refuse = (message: string) => void reading.report(node, message);
  if (read.ca && read.caFile) refuse('at most one of ca, ca_file & ca_ref must be configured');
  if (read.cert && read.certFile) refuse('at most one of cert, cert_file & cert_ref must be configured');
  if (read.key && read.keyFile) refuse('at most one of key and key_file must be configured');
  const hasCert = Boolean(read.cert || read.certFile);
  const hasKey = Boolean(read.key || read.keyFile);
  if (hasCert && !hasKey)
    refuse('exactly one of key or key_file must be configured when a client certificate is configured');
  if (hasKey && !hasCert) refuse('exactly one of cert or cert_file must be configured when a client key is configured');
  return {
    ca: read.ca || null,
    caFile: read.caFile || null,
    cert: read.cert || null,
    certFile: read.certFile || null,
    key: read.key || null,
    keyFile: read.keyFile || null,
    serverName: read.serverName || null,
    insecureSkipVerify: read.insecureSkipVerify ?? false,
    minVersion: read.minVersion ?? null,
    maxVersion: read.maxVersion ?? null,
  };
};

export function defaultTls(): TlsSettings {
  return {
    ca: null,
    caFile: null,
    cert: null,
    certFile: null,
    key: null,
    keyFile: null,
    serverName: null,
    insecureSkipVerify: false,
    minVersion: null,
    maxVersion: null,
  };
}

const proxyFields = {
  proxy_url: looseUrl,
  no_proxy: text,
  proxy_from_environment: boolean,
  proxy_connect_header: mapOf(list(secret, 'a header needs values')),
};

const RESERVED_HEADERS = new Set([
  'authorization',
  'host',
  'content-encoding',
  'content-length',
  'content-type',
  'user-agent',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'www-authenticate',
  'accept-encoding',
  'x-prometheus-remote-write-version',
  'x-prometheus-remote-read-version',
  'x-prometheus-scrape-timeout-seconds',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);

/** `http_headers`: values, secret values and files per header. */
export const headerSettings = mapOf(
  object('a header', {
    values: list(text, 'a header value is missing'),
    secrets: list(secret, 'a header value is missing'),
    files: list(text, 'a file name is missing'),
  }),
  {
    empty: {},
    checkKey: (name) =>
      RESERVED_HEADERS.has(name.toLowerCase())
        ? `setting header "${name}" is not allowed`
        : /^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/.test(name)
          ? null
          : `"${name}" is no name of a header`,
  },
);

const oauth2Fields = {
  client_id: text,
  client_secret: secret,
  client_secret_file: text,
  client_secret_ref: reference,
  client_certificate_key_id: text,
  client_certificate_key: secret,
  client_certificate_key_file: text,
  client_certificate_key_ref: reference,
  grant_type: text,
  signature_algorithm: text,
  iss: text,
  audience: text,
  claims: mapOf(anything),
  scopes: list(text, 'a scope is missing'),
  token_url: looseUrl,
  endpoint_params: mapOf(text, { empty: '' }),
  tls_config: tlsSettings,
  TLSConfig: tlsSettings,
  ...proxyFields,
};

const basicAuthFields = {
  username: text,
  username_file: text,
  username_ref: reference,
  password: secret,
  password_file: text,
  password_ref: reference,
};

const authorizationFields = {
  type: text,
  credentials: secret,
  credentials_file: text,
  credentials_ref: reference,
};

const readHttp = object('http_config', {
  basic_auth: object('basic_auth', basicAuthFields),
  authorization: object('authorization', authorizationFields),
  oauth2: object('oauth2', oauth2Fields),
  bearer_token: secret,
  bearer_token_file: text,
  tls_config: tlsSettings,
  follow_redirects: boolean,
  // We speak HTTP/1.1 with everybody, which every receiver understands.
  enable_http2: boolean,
  http_headers: headerSettings,
  ...proxyFields,
});

/** `http_config`, with the rules of Prometheus' common library. */
export const httpClientSettings: Shape<HttpClientSettings> = (node, reading) => {
  const read = readHttp(node, reading);
  if (!read) return undefined;
  judgeCredentials(read, node, reading);
  judgeProxy(read, node, reading);
  const bearer = source(read.bearerToken, read.bearerTokenFile);
  const { basicAuth, authorization, oauth2 } = read;
  return {
    basicAuth: basicAuth
      ? {
          username: source(basicAuth.username, basicAuth.usernameFile),
          password: source(basicAuth.password, basicAuth.passwordFile),
        }
      : null,
    authorization: authorization
      ? {
          type: authorization.type?.trim() || 'Bearer',
          credentials: source(authorization.credentials, authorization.credentialsFile),
        }
      : bearer.value !== null || bearer.file !== null
        ? { type: 'Bearer', credentials: bearer }
        : null,
    oauth2: oauth2
      ? {
          clientId: oauth2.clientId ?? '',
          clientSecret: source(oauth2.clientSecret, oauth2.clientSecretFile),
          tokenUrl: oauth2.tokenUrl ?? '',
          scopes: oauth2.scopes ?? [],
          endpointParams: oauth2.endpointParams ?? {},
          tls: oauth2.tlsConfig ?? defaultTls(),
          proxy: proxyOf(oauth2),
        }
      : null,
    tls: read.tlsConfig ?? defaultTls(),
    proxy: proxyOf(read),
    followRedirects: read.followRedirects ?? true,
    headers: Object.fromEntries(
      Object.entries(read.httpHeaders ?? {}).map(([name, header]) => [
        name,
        { values: header.values ?? [], secrets: header.secrets ?? [], files: header.files ?? [] },
      ]),
    ),
  };
};

type ReadHttp = NonNullable<ReturnType<typeof readHttp>>;

function judgeCredentials(read: ReadHttp, node: Node, reading: Reading): void {
  const refuse = (message: string) => void reading.report(node, message);
  const { basicAuth, authorization, oauth2 } = read;
  const bearer = Boolean(read.bearerToken || read.bearerTokenFile);
  if (read.bearerToken && read.bearerTokenFile)
    refuse('at most one of bearer_token & bearer_token_file must be configured');
  if ((basicAuth || oauth2) && bearer)
    refuse('at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured');
  if (basicAuth?.username && basicAuth.usernameFile)
    refuse('at most one of basic_auth username, username_file & username_ref must be configured');
  if (basicAuth?.password && basicAuth.passwordFile)
    refuse('at most one of basic_auth password, password_file & password_ref must be configured');
  if (authorization) {
    if (bearer) refuse('authorization is not compatible with bearer_token & bearer_token_file');
    if (authorization.credentials && authorization.credentialsFile)
      refuse('at most one of authorization credentials & credentials_file must be configured');
    if (authorization.type?.trim().toLowerCase() === 'basic')
      refuse('authorization type cannot be set to "basic", use "basic_auth" instead');
  }
  if ([basicAuth, authorization, oauth2].filter(Boolean).length > 1)
    refuse('at most one of basic_auth, oauth2 & authorization must be configured');
  if (!oauth2) return;
  if (!oauth2.clientId) refuse('oauth2 client_id must be configured');
  if (!oauth2.tokenUrl) refuse('oauth2 token_url must be configured');
  if (oauth2.clientSecret && oauth2.clientSecretFile)
    refuse('at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured');
  if (oauth2.grantType && oauth2.grantType !== 'client_credentials')
    refuse(`oauth2 grant_type "${oauth2.grantType}" is not supported by Holdfast; supported is client_credentials`);
  judgeProxy(oauth2, node, reading);
}

type ReadProxy = Read<typeof proxyFields>;

function judgeProxy(read: ReadProxy, node: Node, reading: Reading): void {
  const refuse = (message: string) => void reading.report(node, message);
  const url = Boolean(read.proxyUrl);
  if (Object.keys(read.proxyConnectHeader ?? {}).length > 0 && !read.proxyFromEnvironment && !url)
    refuse('if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured');
  if (read.proxyFromEnvironment && url)
    refuse('if proxy_from_environment is configured, proxy_url must not be configured');
  if (read.proxyFromEnvironment && read.noProxy)
    refuse('if proxy_from_environment is configured, no_proxy must not be configured');
  if (!url && read.noProxy && !read.proxyFromEnvironment)
    refuse('if no_proxy is configured, proxy_url must also be configured');
}

function proxyOf(read: ReadProxy): ProxySettings {
  return {
    url: read.proxyUrl || null,
    noProxy: read.noProxy ?? '',
    fromEnvironment: read.proxyFromEnvironment ?? false,
    connectHeaders: read.proxyConnectHeader ?? {},
  };
}

/** A value or the file it stands in; an empty one is none. */
export function source(value: string | undefined, file: string | undefined): SecretSource {
  return { value: value || null, file: file || null };
}

export function defaultHttpClient(): HttpClientSettings {
  return {
    basicAuth: null,
    authorization: null,
    oauth2: null,
    tls: defaultTls(),
    proxy: { url: null, noProxy: '', fromEnvironment: false, connectHeaders: {} },
    followRedirects: true,
    headers: {},
  };
}

/** The same settings with their files found from the folder of the configuration file, as Alertmanager finds them. */
export function resolveHttpFiles(settings: HttpClientSettings, folder: string): HttpClientSettings {
  const path = (file: string | null) => (file === null || isAbsolute(file) ? file : join(folder, file));
  const secretOf = (from: SecretSource): SecretSource => ({ value: from.value, file: path(from.file) });
  const tlsOf = (tls: TlsSettings): TlsSettings => ({
    ...tls,
    caFile: path(tls.caFile),
    certFile: path(tls.certFile),
    keyFile: path(tls.keyFile),
  });
  const { basicAuth, authorization, oauth2 } = settings;
  return {
    ...settings,
    basicAuth: basicAuth && { username: secretOf(basicAuth.username), password: secretOf(basicAuth.password) },
    authorization: authorization && { ...authorization, credentials: secretOf(authorization.credentials) },
    oauth2: oauth2 && { ...oauth2, clientSecret: secretOf(oauth2.clientSecret), tls: tlsOf(oauth2.tls) },
    tls: tlsOf(settings.tls),
    headers: Object.fromEntries(
      Object.entries(settings.headers).map(([name, header]) => [
        name,
        { ...header, files: header.files.map((file) => path(file) ?? file) },
      ]),
    ),
  };
}
