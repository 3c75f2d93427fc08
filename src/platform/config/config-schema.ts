import { z } from 'zod';
import { contactSettingsSchema } from './contact-settings.ts';
import { nearestName } from './nearest-name.ts';
import { isLoopback } from './parse-host-port.ts';
import { probeSchema } from './probe-settings.ts';
import { rulesSettingsShape } from './rules-settings.ts';
import { environmentSchema, secretSchema, targetSchema, variableName } from './target-settings.ts';
import { telemetrySettingsShape } from './telemetry-settings.ts';
import { tokenSettingsShape } from './token-settings.ts';
import {
  addressRange,
  duration,
  exactlyOne,
  file,
  filled,
  hostPort,
  httpUrl,
  isHttpUrl,
  isPostgresUrl,
  listOf,
  nameSchema,
  quote,
  rank,
  secretText,
  size,
  text,
} from './value-types.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const ROLES = ['all', 'serve', 'worker'] as const;

const folder = (meta: Record<string, unknown> = {}) => filled.meta({ type: 'folder', path: true, ...meta });
const postgresUrl = secretText('a postgres:// or postgresql:// address', isPostgresUrl, {
  type: 'URL',
  mask: 'url-password',
});

const webhookShape = z.strictObject({
  url: httpUrl({ mask: 'url-path' }).describe('Where messages go.'),
  secret: secretText('a secret of at least 8 characters', (value) => value.length >= 8)
    .optional()
    .describe('Key of the signature the receiver checks.'),
  secretFile: file().optional().describe('File that holds the key.'),
});

const hookShape = z.strictObject({
  secret: secretText('a secret of at least 8 characters', (value) => value.length >= 8)
    .optional()
    .describe('Key the request is signed with.'),
  secretFile: file().optional().describe('File that holds the key.'),
});

const pointerOrText = text('a text, or a JSON pointer such as /event/title', (value) => value.length <= 1_000);
const pointer = text('a JSON pointer such as /alerts', (value) => value.startsWith('/'));
const eventMappingShape = z.strictObject({
  each: pointer.optional().describe('Where the list of events is; without it the body is one event.'),
  key: pointerOrText.optional().describe('What names an event, so that its end is known to be its end.'),
  labels: z.record(filled, pointerOrText).describe('Labels of the alert: texts, or JSON pointers into the event.'),
  annotations: z.record(filled, pointerOrText).default({}).describe('Annotations of the alert, likewise.'),
  resolved: z
    .strictObject({
      at: pointer.describe('Where the event says how it stands.'),
      values: z.array(filled).min(1).describe('What it says there when it is over; in any case.'),
    })
    .optional()
    .describe('How an event says that it is over.'),
});

const repositoryShape = z.strictObject({
  url: text(
    'an address that git can fetch from',
    (value) => /^(?:https?|ssh|git|file):\/\/\S+$|^[\w.-]+@[\w.-]+:\S+$|^\//.test(value),
    {
      type: 'URL',
      mask: 'url-password',
    },
  ).describe('Where git fetches it from.'),
  branch: text('the name of a branch', (value) => /^(?!-)[\w./-]{1,200}$/.test(value))
    .optional()
    .describe('Branch or tag; default: the branch its HEAD names.'),
  folder: text('a folder inside the repository', (value) => !/(?:^|\/)\.\.(?:\/|$)|^\//.test(value))
    .default('')
    .describe('Folder that holds the runbooks; default: all of it.'),
  interval: duration({ min: '5s' }).prefault('1m').describe('How often it is brought up to date.'),
  tokenFile: file().optional().describe('File that holds a bearer token, for https.'),
});

const count = z.int().min(0);
const rate = z.int().min(1).max(10_000_000);
/**
 * Settings that other services of this kind write and we read: a file brought along must be valid. Of these only
 * `database.max_connections` has a meaning here so far; the others are reported as without effect.
 */
const performance = z
  .strictObject({
    database: z
      .strictObject({
        max_connections: count.optional().describe('Same as `databasePoolMax`.'),
        max_idle: count.optional(),
        connection_timeout: duration().optional(),
      })
      .optional(),
    cache: z
      .strictObject({
        ttl: duration().optional(),
        max_size: count.optional(),
        eviction_policy: z.enum(['lru', 'lfu', 'fifo']).optional(),
      })
      .optional(),
    rate_limits: z.strictObject({ aws: count, azure: count, gcp: count, digitalocean: count }).partial().optional(),
    circuit_breakers: z
      .strictObject({ max_failures: count, reset_timeout: duration(), half_open_requests: count })
      .partial()
      .optional(),
    workers: z.strictObject({ discovery: count, drift_detection: count, remediation: count }).partial().optional(),
  })
  .default({});

/**
 * Every setting of Holdfast, as it is written. Order is the order of the documentation. `flag` and `env` name other
 * places it can be set besides `HOLDFAST_` and its key in capitals; `path` means relative to the file it stands in.
 */
export const configShape = {
  listen: hostPort({ portZero: true })
    .prefault('127.0.0.1:8080')
    .meta({ flag: 'listen' })
    .describe('Address the web interface and the API listen on. Port 0 picks a free one.'),
  externalUrl: httpUrl()
    .refine((url) => !isHttpUrl(url) || !/[?#]/.test(url), { error: 'must have neither a query nor a fragment' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta({ flag: 'external-url', defaultText: 'http:// and the address listened on' })
    .describe('Base of every link that is sent out.'),
  data: folder({ flag: 'data' })
    .default('./data')
    .describe('Folder with the embedded database, keys and local credentials.'),
  databaseUrl: postgresUrl
    .optional()
    .meta({ flag: 'database-url', env: ['DATABASE_URL'], defaultText: 'the embedded PostgreSQL' })
    .describe(
      'PostgreSQL (14 or newer) to use instead of the embedded one; its owner, without a transaction-mode pooler.',
    ),
  databaseUrlFile: file({ env: ['DATABASE_URL_FILE'] })
    .optional()
    .describe('File that holds `databaseUrl`.'),
  masterKeyFile: file()
    .optional()
    .meta({ defaultText: '`keys/master.key` in the data folder, made at the first start' })
    .describe('File that holds the key that seals secrets in the database; the same on all replicas.'),
  databasePoolMax: z
    .int()
    .min(2)
    .max(1000)
    .default(25)
    .meta({ env: ['DB_MAX_OPEN_CONNS'] })
    .describe('Most connections to the database at once.'),
  embeddedPostgres: z
    .strictObject({
      sharedBuffers: size({ min: '1MiB', max: '64GiB' })
        .optional()
        .meta({ defaultText: '256MiB, less where memory is small' })
        .describe('Memory the embedded PostgreSQL caches its pages in.'),
      maxConnections: z
        .int()
        .min(10)
        .max(10_000)
        .optional()
        .meta({ defaultText: '100, less where memory is small' })
        .describe('Most connections the embedded PostgreSQL accepts.'),
    })
    .prefault({}),
  role: z
    .enum(ROLES)
    .default('all')
    .meta({ flag: 'role' })
    .describe('`serve` answers requests, `worker` carries out runs and checks, `all` does both.'),
  runbooks: listOf(folder())
    .default([])
    .meta({ flag: 'runbooks', type: 'list of folders' })
    .describe('Folders with runbooks, searched in this order.'),
  trustedProxies: listOf(addressRange)
    .default([])
    .meta({ type: 'list of addresses' })
    .describe('Proxies whose `X-Forwarded-*` headers are believed.'),
  auth: z
    .boolean()
    .default(true)
    .meta({ flag: 'auth' })
    .describe('`false` (`--no-auth`) lets everyone in as admin; only accepted when listening on loopback.'),
  tokens: tokenSettingsShape.optional().describe('Signed tokens (JWT) that programs may show instead of an API key.'),
  log: z
    .strictObject({
      level: z
        .preprocess((value) => (typeof value === 'string' ? value.toLowerCase() : value), z.enum(LOG_LEVELS))
        .prefault('info')
        .meta({ flag: 'log-level' })
        .describe('Least important lines to write; in any case.'),
    })
    .prefault({}),
  rateLimits: z
    .strictObject({
      globalRps: rate
        .default(1000)
        .meta({ env: ['GLOBAL_RATE_LIMIT_RPS'] })
        .describe('Requests a second, all clients.'),
      globalBurst: rate
        .default(2000)
        .meta({ env: ['GLOBAL_RATE_LIMIT_BURST'] })
        .describe('Requests at once, all clients.'),
      clientRps: rate
        .default(300)
        .meta({ env: ['RATE_LIMIT'] })
        .describe('Requests a second of one client address; twice as many at once.'),
    })
    .prefault({}),
  ui: z
    .strictObject({
      build: z
        .boolean()
        .default(true)
        .describe('In a checkout, build the web UI at the start when it is missing. The published package carries it.'),
    })
    .prefault({}),
  timezone: text('a time zone, such as Europe/Berlin', isTimeZone)
    .default('UTC')
    .describe('Time zone of calendars and of the times in messages.'),
  severityScheme: nameSchema
    .default('p1-p4')
    .meta({ type: 'name' })
    .describe(
      'Severity scheme that gives ranks their labels and response times: p1-p4, driftmgr, idp, discovery-agent or a written one.',
    ),
  alertmanagerConfig: file()
    .optional()
    .meta({ flag: 'alertmanager-config', defaultText: 'alerts are grouped by name, cluster, namespace and service' })
    .describe(
      'Alertmanager’s configuration file: how alerts are routed, grouped, inhibited and told. Read again on HUP.',
    ),
  rules: rulesSettingsShape,
  statusPage: z
    .strictObject({
      name: text('a name of at most 100 characters', (value) => value.trim() !== '' && value.length <= 100)
        .default('Holdfast')
        .describe('Whose status the public page tells.'),
    })
    .prefault({}),
  incidents: z
    .strictObject({
      openAtRank: rank.default(3).describe('Findings of this rank or worse open an incident.'),
    })
    .prefault({}),
  probes: z.record(nameSchema, probeSchema).default({}).describe('Checks Holdfast makes, by name.'),
  targets: z
    .record(nameSchema, targetSchema)
    .default({})
    .describe('Named connections that probes and runbook steps use.'),
  secrets: z
    .record(variableName, secretSchema)
    .default({})
    .describe('Credentials that runbook steps may be given, by the name of their variable. Never stored.'),
  environments: z
    .record(nameSchema, environmentSchema)
    .default({})
    .describe('Places where a runbook can be run, by name.'),
  webhooks: z
    .record(nameSchema, webhookShape.superRefine(exactlyOne('secret', 'secretFile')))
    .default({})
    .describe('Receivers of pages, by name; every message is signed.'),
  contacts: contactSettingsSchema
    .prefault({})
    .describe('By what, beside the inbox and webhooks, people can be reached.'),
  hooks: z
    .record(nameSchema, hookShape.superRefine(exactlyOne('secret', 'secretFile')))
    .default({})
    .describe('Requests of other programs that start runbooks, by name: POST /hooks/runbooks/NAME.'),
  events: z
    .record(nameSchema, eventMappingShape)
    .default({})
    .describe('How JSON of other programs becomes alerts, by name: POST /hooks/events/NAME.'),
  repositories: z
    .record(nameSchema, repositoryShape)
    .default({})
    .describe('Git repositories with runbooks that are followed, by name.'),
  signOff: z
    .array(
      z.strictObject({
        runbook: filled.describe('Path of the runbook below its folder.'),
        procedure: filled.describe('Slug of the procedure.'),
      }),
    )
    .default([])
    .describe('Procedures that may change things without a person starting them.'),
  telemetry: telemetrySettingsShape.describe('Logs, metrics and traces of programs, judged by their own past.'),
  retention: z
    .strictObject({
      events: duration({ min: '1h' }).prefault('7d').describe('How long events can be resumed from.'),
      output: duration({ min: '1h' }).prefault('90d').describe('How long the output of steps is kept.'),
      attempts: duration({ min: '1h' }).prefault('90d').describe('How long attempts of steps are kept.'),
      samples: duration({ min: '1h' }).prefault('30d').describe('How long results of probes are kept.'),
      scores: duration({ min: '1h' }).prefault('7d').describe('How long the scores of streams are kept.'),
      anomalies: duration({ min: '1h' }).prefault('90d').describe('How long anomalies are kept.'),
      audit: duration({ min: '30d' })
        .optional()
        .meta({ defaultText: 'for ever' })
        .describe('How long the audit log is kept; what is pruned ends at a signed anchor.'),
    })
    .prefault({}),
  shell: z
    .strictObject({
      isolation: z
        .enum(['none', 'bubblewrap'])
        .default('none')
        .describe('What shell steps may touch: bubblewrap shows them the files read-only, with a /tmp of their own.'),
      writable: listOf(folder()).default([]).describe('Folders that isolated steps may write to.'),
      memory: size({ min: '16MiB', max: '1024GiB' })
        .optional()
        .meta({ defaultText: 'no limit' })
        .describe('Most memory the processes of one step may hold together.'),
    })
    .prefault({}),
  audit: z
    .strictObject({
      anchorEvery: duration({ min: '1s' }).prefault('5m').describe('How often the end of the audit log is signed.'),
      anchorFile: file()
        .optional()
        .meta({ defaultText: '`audit-anchors.jsonl` in the data folder' })
        .describe('File that signed anchors are appended to; best on another machine’s disk.'),
      anchorWebhook: nameSchema.optional().describe('Name below `webhooks` that is sent every anchor.'),
    })
    .prefault({}),
  leases: z
    .strictObject({
      ttl: duration({ min: '500ms', max: '1m' })
        .prefault('2s')
        .describe('How long a worker that stopped answering keeps its runs.'),
    })
    .prefault({}),
  worker: z
    .strictObject({
      concurrency: z.int().min(1).max(1000).default(32).describe('Most runs one process carries out at once.'),
    })
    .prefault({}),
  performance,
};

export const configSchema = z.strictObject(configShape);
export type WrittenConfig = z.output<typeof configSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name !== '';
  } catch {
    return false;
  }
}

/** Checks that concern several settings; each only where those settings are right by themselves. */
export const CROSS_CHECKS: readonly ((
  config: Partial<WrittenConfig>,
) => { path: (string | number)[]; message: string }[])[] = [
  ({ databaseUrl, databaseUrlFile }) =>
    databaseUrl !== undefined && databaseUrlFile !== undefined
      ? [{ path: ['databaseUrlFile'], message: 'give either databaseUrl or databaseUrlFile, not both' }]
      : [],
  ({ auth, listen }) =>
    auth === false && listen !== undefined && !isLoopback(listen.host)
      ? [{ path: ['auth'], message: `can only be off when listening on loopback, not on ${listen.host}` }]
      : [],
  ({ probes = {}, targets }) =>
    Object.entries(probes).flatMap(([name, probe]) =>
      probe.kind === 'sql' && targets !== undefined && !Object.hasOwn(targets, probe.target)
        ? [{ path: ['probes', name, 'target'], message: explainName(probe.target, 'targets', Object.keys(targets)) }]
        : probe.kind === 'sql' && targets !== undefined && targets[probe.target]?.kind !== 'postgres'
          ? [{ path: ['probes', name, 'target'], message: `${quote(probe.target)} is not a postgres target` }]
          : [],
    ),
  ({ targets = {} }) =>
    Object.entries(targets).flatMap(([name, target]) => {
      const wrong = target.kind === 'ssh' ? explainJumps(name, targets) : null;
      return wrong === null ? [] : [{ path: ['targets', name, 'jump'], message: wrong }];
    }),
  ({ rules, targets }) =>
    rules?.target === undefined
      ? rules !== undefined && rules.files.length > 0
        ? [{ path: ['rules', 'target'], message: 'is needed with rules.files: name a prometheus target' }]
        : []
      : targets !== undefined && !Object.hasOwn(targets, rules.target)
        ? [{ path: ['rules', 'target'], message: explainName(rules.target, 'targets', Object.keys(targets)) }]
        : targets !== undefined && targets[rules.target]?.kind !== 'prometheus'
          ? [{ path: ['rules', 'target'], message: `${quote(rules.target)} is not a prometheus target` }]
          : [],
  ({ audit, webhooks }) =>
    audit?.anchorWebhook !== undefined && webhooks !== undefined && !Object.hasOwn(webhooks, audit.anchorWebhook)
      ? [
          {
            path: ['audit', 'anchorWebhook'],
            message: explainName(audit.anchorWebhook, 'webhooks', Object.keys(webhooks)),
          },
        ]
      : [],
  ({ environments = {}, targets, secrets }) =>
    Object.entries(environments).flatMap(([name, environment]) => [
      ...environment.secrets.flatMap((secret, index) =>
        secrets !== undefined && !Object.hasOwn(secrets, secret)
          ? [
              {
                path: ['environments', name, 'secrets', index],
                message: explainName(secret, 'secrets', Object.keys(secrets)),
              },
            ]
          : [],
      ),
      ...Object.entries(environment.targets).flatMap(([asked, meant]) =>
        targets !== undefined && !Object.hasOwn(targets, meant)
          ? [
              {
                path: ['environments', name, 'targets', asked],
                message: explainName(meant, 'targets', Object.keys(targets)),
              },
            ]
          : [],
      ),
    ]),
];

function explainName(written: string, group: string, known: readonly string[]): string {
  const near = nearestName(written, known);
  return `${quote(written)} is not a name below ${group}${near === null ? '' : `; did you mean ${near}?`}`;
}

/** What is wrong with the way to an ssh target; null when it leads there. */
function explainJumps(name: string, targets: WrittenConfig['targets']): string | null {
  const passed = [name];
  for (;;) {
    const target = targets[passed.at(-1) ?? ''];
    const next = target?.kind === 'ssh' ? target.jump : undefined;
    if (next === undefined) return null;
    if (!Object.hasOwn(targets, next)) return explainName(next, 'targets', Object.keys(targets));
    if (targets[next]?.kind !== 'ssh') return `${quote(next)} is not an ssh target`;
    if (passed.includes(next)) return `leads in a circle: ${[...passed, next].join(', ')}`;
    passed.push(next);
  }
}
