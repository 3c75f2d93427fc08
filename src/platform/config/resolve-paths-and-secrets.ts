import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import type { WrittenConfig } from './config-schema.ts';
import { resolveContacts } from './contact-settings.ts';
import type { Path } from './describe-settings.ts';
import { acceptTokenSecret } from './token-settings.ts';
import { isPostgresUrl } from './value-types.ts';

const LARGEST_SECRET_BYTES = 64 * 1024;
const READABLE_BY_OTHERS = 0o004;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;

/** A secret file that cannot be used. */
export type SecretProblem = { path: Path; message: string };

/** What resolving may say beside its result. */
export type Findings = { problems: SecretProblem[]; warnings: string[] };

/**
 * The configuration as the program takes it: relative paths resolved, secrets read from their files, titles filled in.
 * `baseOf` gives the folder a path counts from: that of the file it is written in, else the working directory.
 */
export function resolvePathsAndSecrets(written: WrittenConfig, baseOf: (path: Path) => string, findings: Findings) {
  const {
    databaseUrlFile,
    performance: _foreign,
    probes,
    targets,
    secrets,
    webhooks,
    hooks,
    contacts,
    repositories,
    tokens,
    ...plain
  } = written;
  const absolute = (path: Path, value: string) => resolve(baseOf(path), value);
  const secret = (
    path: Path,
    value: string | undefined,
    file: string | undefined,
    accepts?: (text: string) => string | null,
  ) => (file === undefined ? value : readSecret([...path], absolute(path, file), findings, accepts));

  const readCertificates = (tls: NonNullable<typeof written.telemetry.otlpTls>) => {
    const pem = (key: keyof typeof tls, pattern: RegExp, what: string) =>
      secret(['telemetry', 'otlpTls', key], undefined, tls[key], (text) =>
        pattern.test(text) ? null : `holds no ${what} in PEM`,
      ) ?? '';
    return {
      certificate: pem('certificateFile', CERTIFICATE, 'certificate'),
      key: pem('keyFile', PRIVATE_KEY, 'private key'),
      clientCa: tls.clientCaFile === undefined ? null : pem('clientCaFile', CERTIFICATE, 'certificate'),
    };
  };
  const mapEntries = <From, To>(entries: Record<string, From>, change: (entry: From, name: string) => To) =>
    Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, change(entry, name)])) as Record<
      string,
      To
    >;

  return {
    ...plain,
    externalUrl: plain.externalUrl ?? null,
    masterKeyFile: plain.masterKeyFile === undefined ? null : absolute(['masterKeyFile'], plain.masterKeyFile),
    alertmanagerConfig:
      plain.alertmanagerConfig === undefined ? null : absolute(['alertmanagerConfig'], plain.alertmanagerConfig),
    rules: {
      files: plain.rules.files.map((pattern) => absolute(['rules', 'files'], pattern)),
      packs: plain.rules.packs,
      target: plain.rules.target ?? null,
      remoteWrite: plain.rules.remoteWrite ?? null,
      intervalMs: plain.rules.interval,
      externalLabels: plain.rules.externalLabels,
    },
    data: absolute(['data'], plain.data),
    databaseUrl: secret(['databaseUrlFile'], plain.databaseUrl, databaseUrlFile, acceptPostgresUrl) ?? null,
    embeddedPostgres: {
      sharedBuffersBytes: plain.embeddedPostgres.sharedBuffers ?? null,
      maxConnections: plain.embeddedPostgres.maxConnections ?? null,
    },
    runbooks: plain.runbooks.map((folder) => absolute(['runbooks'], folder)),
    retention: {
      eventsMs: plain.retention.events,
      outputMs: plain.retention.output,
      attemptsMs: plain.retention.attempts,
      samplesMs: plain.retention.samples,
      scoresMs: plain.retention.scores,
      anomaliesMs: plain.retention.anomalies,
      auditMs: plain.retention.audit ?? null,
    },
    shell: {
      isolation: {
        kind: plain.shell.isolation,
        writable: plain.shell.writable.map((each) => absolute(['shell', 'writable'], each)),
      },
      memoryBytes: plain.shell.memory ?? null,
    },
    audit: {
      anchorEveryMs: plain.audit.anchorEvery,
      anchorFile:
        plain.audit.anchorFile === undefined
          ? resolve(absolute(['data'], plain.data), 'audit-anchors.jsonl')
          : absolute(['audit', 'anchorFile'], plain.audit.anchorFile),
      anchorWebhook: plain.audit.anchorWebhook ?? null,
    },
    leases: { ttlMs: plain.leases.ttl },
    telemetry: {
      otlpGrpc: plain.telemetry.otlpGrpc ?? null,
      otlpHttp: plain.telemetry.otlpHttp ?? null,
      otlpTls: plain.telemetry.otlpTls ? readCertificates(plain.telemetry.otlpTls) : null,
      maxStreams: plain.telemetry.maxStreams,
      threads: plain.telemetry.threads ?? Math.max(1, availableParallelism() - 1),
      maxPendingBytes: plain.telemetry.maxPending,
      maxBacklogEvents: plain.telemetry.maxBacklog,
      redaction: { keys: plain.telemetry.redactKeys, patterns: plain.telemetry.redactPatterns },
      keepMs: plain.telemetry.keep,
      snapshotEvents: plain.telemetry.snapshotEvery,
      anomaliesTo: plain.telemetry.anomaliesTo
        ? {
            url: plain.telemetry.anomaliesTo.url,
            tokenFile:
              plain.telemetry.anomaliesTo.tokenFile === undefined
                ? null
                : absolute(['telemetry', 'anomaliesTo', 'tokenFile'], plain.telemetry.anomaliesTo.tokenFile),
          }
        : null,
      nats: plain.telemetry.nats ? resolveNats(plain.telemetry.nats, absolute) : null,
    },
    probes: mapEntries(probes, (probe, name) => ({
      ...probe,
      title: probe.title ?? name,
      ...('pidFile' in probe &&
        probe.pidFile !== undefined && { pidFile: absolute(['probes', name, 'pidFile'], probe.pidFile) }),
    })),
    targets: mapEntries(targets, (target, name) => {
      switch (target.kind) {
        case 'postgres': {
          const url = secret(['targets', name, 'urlFile'], target.url, target.urlFile, acceptPostgresUrl) ?? '';
          return { kind: target.kind, url };
        }
        case 'prometheus': {
          const { tokenFile } = target;
          const file = tokenFile === undefined ? null : absolute(['targets', name, 'tokenFile'], tokenFile);
          return { kind: target.kind, url: target.url, tokenFile: file };
        }
        case 'kubernetes':
          return {
            kind: target.kind,
            kubeconfig: absolute(['targets', name, 'kubeconfig'], target.kubeconfig),
            context: target.context ?? null,
          };
        case 'ssh': {
          const { identityFile, agentSocket, knownHostsFile, jump = null, ...endpoint } = target;
          const fileOf = (key: string, path: string) => absolute(['targets', name, key], path);
          return {
            ...endpoint,
            identityFile: identityFile === undefined ? null : fileOf('identityFile', identityFile),
            agentSocket: agentSocket === undefined ? null : fileOf('agentSocket', agentSocket),
            knownHostsFile: fileOf('knownHostsFile', knownHostsFile),
            jump,
          };
        }
      }
    }),
    secrets: mapEntries(secrets, ({ file, command }, name) => ({
      file: file === undefined ? null : absolute(['secrets', name, 'file'], file),
      command: command ?? null,
    })),
    events: mapEntries(plain.events, ({ each, key, labels, annotations, resolved }) => ({
      each: each ?? null,
      key: key ?? null,
      labels,
      annotations,
      resolved: resolved ?? null,
    })),
    tokens: tokens
      ? {
          issuer: tokens.issuer,
          audience: tokens.audience,
          secret: secret(['tokens', 'secretFile'], tokens.secret, tokens.secretFile, acceptTokenSecret) ?? null,
          jwksFile: tokens.jwksFile === undefined ? null : absolute(['tokens', 'jwksFile'], tokens.jwksFile),
          jwksUrl: tokens.jwksUrl ?? null,
          role: tokens.role ?? null,
          roleClaim: tokens.roleClaim ?? null,
          roles: tokens.roles,
        }
      : null,
    contacts: resolveContacts(contacts, secret),
    hooks: mapEntries(hooks, (hook, name) => ({
      secret: secret(['hooks', name, 'secretFile'], hook.secret, hook.secretFile, acceptSecret) ?? '',
    })),
    repositories: mapEntries(repositories, ({ interval, tokenFile, branch, ...repository }, name) => ({
      ...repository,
      branch: branch ?? null,
      intervalMs: interval,
      tokenFile: tokenFile === undefined ? null : absolute(['repositories', name, 'tokenFile'], tokenFile),
    })),
    webhooks: mapEntries(webhooks, (webhook, name) => ({
      url: webhook.url,
      secret: secret(['webhooks', name, 'secretFile'], webhook.secret, webhook.secretFile, acceptSecret) ?? '',
    })),
  };
}

function acceptPostgresUrl(text: string): string | null {
  return isPostgresUrl(text) ? null : 'does not hold a postgres:// or postgresql:// address';
}

function acceptSecret(text: string): string | null {
  return text.length >= 8 ? null : 'holds a secret of fewer than 8 characters';
}

/** The content of a secret file without the newline editors end it with. */
function readSecret(
  path: Path,
  file: string,
  { problems, warnings }: Findings,
  accepts: (text: string) => string | null = () => null,
): string | undefined {
  const refuse = (what: string): undefined => {
    problems.push({ path, message: `${file} ${what}` });
  };
  try {
    const { size, mode } = statSync(file);
    if (size > LARGEST_SECRET_BYTES) return refuse(`is larger than ${LARGEST_SECRET_BYTES / 1024} KiB`);
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (text === '') return refuse('is empty');
    const wrong = accepts(text);
    if (wrong !== null) return refuse(wrong);
    if ((mode & READABLE_BY_OTHERS) !== 0) {
      warnings.push(`${path.join('.')}: every user of this machine can read ${file}; chmod o-r ${basename(file)}`);
    }
    return text;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const words: Record<string, string> = {
      ENOENT: 'does not exist',
      EACCES: 'may not be read by this user',
      EISDIR: 'is a folder',
      ENOTDIR: 'does not exist (a part of its path is a file)',
    };
    return refuse(words[code ?? ''] ?? `cannot be read (${code})`);
  }
}

function resolveNats(
  nats: NonNullable<WrittenConfig['telemetry']['nats']>,
  absolute: (path: Path, value: string) => string,
) {
  const { credentialsFile, tokenFile, caFile, maxSize, ...plain } = nats;
  const fileOf = (key: string, value: string | undefined) =>
    value === undefined ? null : absolute(['telemetry', 'nats', key], value);
  return {
    ...plain,
    credentialsFile: fileOf('credentialsFile', credentialsFile),
    tokenFile: fileOf('tokenFile', tokenFile),
    caFile: fileOf('caFile', caFile),
    mostBytes: maxSize,
  };
}
