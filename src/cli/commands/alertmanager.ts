import { type Command, InvalidArgumentError } from 'commander';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { compileRegex } from '../../platform/go-template/go-regex.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { collectText } from '../options/parse-values.ts';

type Flags = {
  'config.file'?: string;
  'storage.path'?: string;
  'web.listenAddress'?: string[];
  'web.externalUrl'?: string;
  'web.routePrefix'?: string;
  'data.retention'?: number;
  'alerts.gcInterval'?: number;
  'dispatch.startDelay'?: number;
  'silences.maxSilences'?: number;
  'silences.maxSilenceSizeBytes'?: number;
  'silences.maxPerSilenceBytes'?: number;
  'alerts.perAlertnameLimit'?: number;
  'web.cors.origin'?: string;
  'web.config.file'?: string;
  enableFeature?: string;
  'log.level'?: string;
  'log.format'?: string;
  version?: boolean;
};

/** Flags of the original that mean something only there; each takes a value unless it says otherwise. */
const WITHOUT_EFFECT = [
  '--cluster.listen-address',
  '--cluster.advertise-address',
  '--cluster.peer-name',
  '--cluster.peer',
  '--cluster.peer-timeout',
  '--cluster.peers-resolve-timeout',
  '--cluster.gossip-interval',
  '--cluster.pushpull-interval',
  '--cluster.tcp-timeout',
  '--cluster.probe-timeout',
  '--cluster.probe-interval',
  '--cluster.settle-timeout',
  '--cluster.reconnect-interval',
  '--cluster.reconnect-timeout',
  '--cluster.tls-config',
  '--cluster.label',
  '--data.maintenance-interval',
  '--dispatch.maintenance-interval',
  '--web.get-concurrency',
  '--web.timeout',
  '--auto-gomemlimit.ratio',
];
const SWITCHES_WITHOUT_EFFECT = ['--cluster.allow-insecure-public-advertise-address-discovery', '--log.silences'];
const FEATURES_WITHOUT_EFFECT = new Set([
  'alert-names-in-metrics',
  'receiver-name-in-metrics',
  'group-key-in-metrics',
  'auto-gomemlimit',
  'event-recorder',
]);

/** `holdfast alertmanager`: in the place of Alertmanager's binary, with its flags. */
export function defineCommand(command: Command, context: CliContext): void {
  command
    .option('--config.file <file>', 'Alertmanager’s configuration file (default: alertmanager.yml)')
    .option('--storage.path <folder>', 'where data is kept (default: data/)')
    .option('--web.listen-address <host:port>', 'address to listen on; may be repeated (default: :9093)', collectText)
    .option('--web.external-url <url>', 'base of the links in notifications; its path is the prefix of all endpoints')
    .option('--web.route-prefix <path>', 'prefix of all endpoints (default: the path of --web.external-url)')
    .option(
      '--data.retention <duration>',
      'how long silences and notifications are kept (default: 120h)',
      parseGoDuration,
    )
    .option('--alerts.gc-interval <duration>', 'how often what is over is dropped (default: 30m)', parseGoDuration)
    .option('--silences.max-silences <n>', 'most silences, expired ones too (default: 0, no limit)', parseWhole)
    .option('--silences.max-silence-size-bytes <n>', 'largest silence (default: 0, no limit)', parseWhole)
    .addOption(
      command.createOption('--silences.max-per-silence-bytes <n>', 'its older name').argParser(parseWhole).hideHelp(),
    )
    .option('--alerts.per-alertname-limit <n>', 'most alerts of one name at a time (default: 0, no limit)', parseWhole)
    .option('--web.config.file <file>', 'TLS and users with passwords, as the exporter toolkit reads them')
    .option('--web.cors.origin <regex>', 'origins that browsers may call the API from (default: none)')
    .option(
      '--dispatch.start-delay <duration>',
      'tell nobody for this long after the start (default: 0s)',
      parseGoDuration,
    )
    .option('--enable-feature <names>', 'classic-mode or utf8-strict-mode: how matchers are read')
    .option('--log.level <level>', 'debug, info, warn or error (default: info)')
    .option('--log.format <format>', 'logfmt or json (default: logfmt)')
    .option('--version', 'print the version of Alertmanager this stands in for');
  for (const flag of WITHOUT_EFFECT)
    command.addOption(command.createOption(`${flag} <value>`).hideHelp().argParser(collectText));
  for (const flag of SWITCHES_WITHOUT_EFFECT) command.addOption(command.createOption(flag).hideHelp());
  command.addHelpText('after', NOTE);
  addExamples(
    command,
    'holdfast alertmanager --config.file alertmanager.yml',
    'holdfast alertmanager --config.file /etc/alertmanager.yml --storage.path /var/lib/alertmanager --web.listen-address 127.0.0.1:9093',
  );
  command.action(async (given: Record<string, unknown>) => {
    const flags = given as Flags;
    if (flags.version) {
      const { ALERTMANAGER_VERSION } = await import('../../app/alerting/alertmanager-version.ts');
      process.stdout.write(`alertmanager, version ${ALERTMANAGER_VERSION} (branch: HEAD, revision: holdfast)\n`);
      return;
    }
    const { createLogger } = await import('../../platform/log/logger.ts');
    const logger = createLogger({
      level: readLevel(flags['log.level'] ?? 'info'),
      format: readFormat(flags['log.format'] ?? 'logfmt'),
    });
    const ignored = Object.keys(given).filter((name) => name.startsWith('cluster.'));
    if (ignored.length > 0)
      logger.info({ flags: ignored.join(' ') }, 'flags of the cluster have no effect: processes share the database');
    const { mode, unused } = readFeatures(flags.enableFeature);
    if (unused.length > 0) logger.info({ features: unused.join(' ') }, 'features without effect');
    const { runAlertmanager } = await import('../../app/alertmanager.ts');
    await runAlertmanager({
      configFile: flags['config.file'] ?? 'alertmanager.yml',
      storagePath: flags['storage.path'] ?? 'data/',
      listen: (flags['web.listenAddress'] ?? [':9093']).map(readListen),
      externalUrl: readUrl(flags['web.externalUrl']),
      routePrefix: flags['web.routePrefix'] ?? null,
      retentionMs: flags['data.retention'] ?? 120 * HOUR_MS,
      gcIntervalMs: flags['alerts.gcInterval'] ?? HOUR_MS / 2,
      startDelayMs: flags['dispatch.startDelay'] ?? 0,
      mode,
      limits: {
        silences: flags['silences.maxSilences'] ?? 0,
        silenceBytes: flags['silences.maxSilenceSizeBytes'] ?? flags['silences.maxPerSilenceBytes'] ?? 0,
        alertsPerName: flags['alerts.perAlertnameLimit'] ?? 0,
      },
      corsOrigin: readOrigin(flags['web.cors.origin']),
      webConfigFile: flags['web.config.file'] || null,
      environment: context.environment,
      version: context.version,
      logger,
    });
  });
}

const NOTE = `
Flags that begin with --cluster. are taken and have no effect.
`;

const HOUR_MS = 3_600_000;
const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: HOUR_MS,
};

/** A duration as Go writes it: `30m`, `1h30m`, `500ms`, `0`. @returns milliseconds */
function parseGoDuration(text: string): number {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(text))
    throw new InvalidArgumentError('Write a duration such as 30m, 1h30m or 500ms.');
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(amount) * (UNITS_MS[unit ?? ''] ?? 0);
  return Math.round(sum);
}

/** A whole number; below 0 is no limit, as in the original. */
function parseWhole(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Math.max(0, Number(text));
}

function readOrigin(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  try {
    compileRegex(`^(?:${text})$`);
    return text;
  } catch (thrown) {
    throw usage(`error parsing --web.cors.origin: ${messageOf(thrown)}`);
  }
}

function readLevel(text: string): string {
  if (!['debug', 'info', 'warn', 'error'].includes(text))
    throw usage(`--log.level takes debug, info, warn or error, not ${text}`);
  return text;
}

function readFormat(text: string): 'logfmt' | 'json' {
  if (text !== 'logfmt' && text !== 'json') throw usage(`--log.format takes logfmt or json, not ${text}`);
  return text;
}

/** `host:port`; without a host it is all of them. */
function readListen(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) throw usage(`--web.listen-address takes HOST:PORT, not ${text}`);
  return { host: bracketed || plain || '::', port: Number(port) };
}

function readUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw usage(`--web.external-url takes an http(s) URL, not ${text}`);
  return text.replace(/\/+$/, '');
}

function readFeatures(text: string | undefined): { mode: 'classic' | 'utf8' | 'fallback'; unused: string[] } {
  const names = (text ?? '').split(',').filter((name) => name !== '');
  const unused: string[] = [];
  let mode: 'classic' | 'utf8' | 'fallback' = 'fallback';
  for (const name of names) {
    if (name === 'classic-mode' || name === 'utf8-strict-mode') {
      const wanted = name === 'classic-mode' ? 'classic' : 'utf8';
      if (mode !== 'fallback' && mode !== wanted) throw usage('classic-mode and utf8-strict-mode exclude each other');
      mode = wanted;
    } else if (FEATURES_WITHOUT_EFFECT.has(name)) unused.push(name);
    else throw usage(`unknown option '${name}' for --enable-feature`);
  }
  return { mode, unused };
}

function usage(message: string): HoldfastError {
  return new HoldfastError({
    code: 'usage',
    kind: 'invalid',
    message,
    hint: 'See `holdfast alertmanager --help`.',
  });
}
