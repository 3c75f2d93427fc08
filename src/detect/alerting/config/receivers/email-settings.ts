import type { SecretSource, TlsSettings } from '../../../../platform/resilience/http-client-settings.ts';
import {
  boolean,
  mapOf,
  object,
  placeIn,
  type Read,
  type Shape,
  secret,
  text,
} from '../../../../platform/yaml/shape.ts';
import type { Reading } from '../../../../platform/yaml/yaml-reading.ts';
import { type HostPort, hostPort } from '../global-settings.ts';
import { source, tlsSettings } from '../http-client-settings.ts';
import type { IntegrationDraft } from './receiver-context.ts';

export type EmailSettings = {
  to: string;
  from: string;
  hello: string;
  smarthost: HostPort;
  authUsername: string;
  authPassword: SecretSource;
  authSecret: SecretSource;
  authIdentity: string;
  /** Templates by canonical name (`Reply-To`). */
  headers: Record<string, string>;
  html: string;
  text: string;
  requireTls: boolean;
  tls: TlsSettings;
  /** Null: by the port, 465 is TLS from the first byte. */
  forceImplicitTls: boolean | null;
  threading: { enabled: boolean; byDate: 'none' | 'daily' };
};

const fields = {
  send_resolved: boolean,
  to: text,
  from: text,
  hello: text,
  smarthost: hostPort,
  auth_username: text,
  auth_password: secret,
  auth_password_file: text,
  auth_secret: secret,
  auth_secret_file: text,
  auth_identity: text,
  headers: mapOf(text, { empty: '' }),
  html: text,
  text,
  require_tls: boolean,
  tls_config: tlsSettings,
  force_implicit_tls: boolean,
  threading: object('threading', { enabled: boolean, thread_by_date: text }),
};
const readFields = object('email_configs', fields);

export const emailDraft: Shape<IntegrationDraft<EmailSettings>> = (node, reading) => {
  const read = readFields(node, reading);
  if (!read) return undefined;
  const place = placeIn(read);
  if (!read.to) reading.report(place, 'missing to address in email config');
  const headers = canonicalHeaders(read.headers ?? {}, (name) =>
    reading.report(placeIn(read, 'headers'), `duplicate header "${name}" in email config`),
  );
  judgeThreading(read, headers, reading);
  return {
    place,
    sendResolved: read.sendResolved ?? false,
    complete({ global: { smtp } }) {
      const smarthost = read.smarthost ?? smtp.smarthost;
      if (!smarthost) return reading.report(place, 'no global SMTP smarthost set');
      const from = read.from || smtp.from;
      if (!from) return reading.report(place, 'no global SMTP from set');
      const ownPassword = source(read.authPassword, read.authPasswordFile);
      return {
        to: read.to ?? '',
        from,
        hello: read.hello || smtp.hello,
        smarthost,
        authUsername: read.authUsername || smtp.authUsername,
        authPassword: ownPassword.value === null && ownPassword.file === null ? smtp.authPassword : ownPassword,
        authSecret: {
          value: read.authSecret || smtp.authSecret.value,
          file: read.authSecretFile || smtp.authSecret.file,
        },
        authIdentity: read.authIdentity || smtp.authIdentity,
        headers,
        html: read.html ?? '{{ template "email.default.html" . }}',
        text: read.text ?? '',
        requireTls: read.requireTls ?? smtp.requireTls,
        tls: read.tlsConfig ?? smtp.tls,
        forceImplicitTls: read.forceImplicitTls ?? smtp.forceImplicitTls,
        threading: {
          enabled: read.threading?.enabled ?? false,
          byDate: read.threading?.threadByDate === 'none' ? 'none' : 'daily',
        },
      };
    },
  };
};

function judgeThreading(read: Read<typeof fields>, headers: Record<string, string>, reading: Reading): void {
  if (!read.threading?.enabled) return;
  const at = placeIn(read, 'threading');
  for (const name of ['References', 'In-Reply-To']) {
    if (Object.hasOwn(headers, name))
      reading.report(at, `conflicting configuration: threading.enabled conflicts with custom ${name} header`);
  }
  if (!['none', 'daily'].includes(read.threading.threadByDate ?? ''))
    reading.report(at, "threading.thread_by_date must be either 'none' or 'daily'");
}

/** Header names are case-insensitive: `reply-to` is `Reply-To`. */
function canonicalHeaders(headers: Record<string, string>, twice: (name: string) => void): Record<string, string> {
  const canonical = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const written = canonicalHeaderName(name);
    if (canonical.has(written)) twice(written);
    canonical.set(written, value);
  }
  return Object.fromEntries(canonical);
}

function canonicalHeaderName(name: string): string {
  if (!/^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/.test(name)) return name;
  return name
    .toLowerCase()
    .replaceAll(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase());
}
