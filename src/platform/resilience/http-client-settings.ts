/** How a server of other people's is reached over HTTP. Texts are PEM; files are paths, read at each use. */

/** A value that is known, or stands in a file of its own. */
export type SecretSource = { value: string | null; file: string | null };

export type TlsSettings = {
  ca: string | null;
  caFile: string | null;
  cert: string | null;
  certFile: string | null;
  key: string | null;
  keyFile: string | null;
  serverName: string | null;
  insecureSkipVerify: boolean;
  /** As Node names them: `TLSv1.2`. */
  minVersion: string | null;
  maxVersion: string | null;
};

export type ProxySettings = {
  url: string | null;
  noProxy: string;
  fromEnvironment: boolean;
  connectHeaders: Record<string, string[]>;
};

export type OAuth2Settings = {
  clientId: string;
  clientSecret: SecretSource;
  tokenUrl: string;
  scopes: string[];
  endpointParams: Record<string, string>;
  tls: TlsSettings;
  proxy: ProxySettings;
};

export type HttpHeaderSettings = { values: string[]; secrets: string[]; files: string[] };

export type HttpClientSettings = {
  basicAuth: { username: SecretSource; password: SecretSource } | null;
  authorization: { type: string; credentials: SecretSource } | null;
  oauth2: OAuth2Settings | null;
  tls: TlsSettings;
  proxy: ProxySettings;
  followRedirects: boolean;
  headers: Record<string, HttpHeaderSettings>;
};

/** Nothing but what everybody needs. */
export const PLAIN_CLIENT: HttpClientSettings = {
  basicAuth: null,
  authorization: null,
  oauth2: null,
  tls: {
    ca: null,
    cert: null,
    key: null,
    caFile: null,
    certFile: null,
    keyFile: null,
    serverName: null,
    insecureSkipVerify: false,
    minVersion: null,
    maxVersion: null,
  },
  proxy: { url: null, noProxy: '', fromEnvironment: false, connectHeaders: {} },
  followRedirects: true,
  headers: {},
};
