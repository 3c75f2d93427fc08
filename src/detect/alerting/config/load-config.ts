import { dirname, isAbsolute, join } from 'node:path';
import type { Node } from 'yaml';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { prometheusDuration } from '../../../platform/yaml/durations.ts';
import { anything, boolean, list, object, placeIn, type Shape, scalar, text } from '../../../platform/yaml/shape.ts';
import { isNothing, type Problem, type Reading, readYaml } from '../../../platform/yaml/yaml-reading.ts';
import type { MatcherMode } from '../matchers/parse-matchers.ts';
import { defaultGlobal, type GlobalSettings, globalSettings } from './global-settings.ts';
import { headerSettings, resolveHttpFiles, tlsSettings } from './http-client-settings.ts';
import { emptyInhibitRule, type InhibitRule, inhibitRule } from './inhibit-rules.ts';
import { type Integration, type Receiver, type ReceiverDraft, receiverDraft } from './receivers/receiver.ts';
import { buildRouteTree, judgeRoutes, type Route, routeDraft } from './routes.ts';
import { namedTimeIntervals } from './time-intervals/parse-time-intervals.ts';
import type { TimeInterval } from './time-intervals/time-interval.ts';

/** Alertmanager's configuration, complete: nothing in it has to be looked up elsewhere. */
export type AlertmanagerConfig = {
  file: string;
  global: GlobalSettings;
  route: Route;
  inhibitRules: InhibitRule[];
  receivers: Receiver[];
  timeIntervals: ReadonlyMap<string, TimeInterval[]>;
  /** Globs of template files, absolute. */
  templates: string[];
  /** The file as it may be shown, and as Alertmanager's own parser reads it: secrets are `<secret>`, comments gone. */
  original: string;
  /** What was accepted and has no effect here, for people. */
  notices: string[];
};

export type LoadOptions = {
  /** Names the file in messages; relative paths in it start from its folder. */
  file: string;
  matcherMode?: MatcherMode;
};

const MOST_SHOWN = 10;

/**
 * Reads Alertmanager's configuration file, with the meaning of Alertmanager 0.34.
 * @throws HoldfastError invalid `alertmanager-config.invalid`; its message names file, line and what is wrong, for each
 *   thing that is
 */
export function loadAlertmanagerConfig(yaml: string, options: LoadOptions): AlertmanagerConfig {
  const reading = readYaml(yaml);
  const config = reading.problems.length === 0 ? readConfig(reading, options) : undefined;
  if (config && reading.problems.length === 0) return config;
  throw refuse(options.file, reading.problems);
}

function refuse(file: string, problems: readonly Problem[]): HoldfastError {
  const sorted = problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
  const shown = sorted.slice(0, MOST_SHOWN).map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const more = sorted.length - shown.length;
  return new HoldfastError({
    code: 'alertmanager-config.invalid',
    kind: 'invalid',
    message: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    hint: 'Nothing of this file is in use; correct it and load it again.',
  });
}

const samplingFraction = scalar('a number from 0 to 1', (written, at, reading) => {
  const value = Number(written);
  return written !== '' && Number.isFinite(value) ? value : reading.report(at, `must be a number, not "${written}"`);
});

const tracingFields = object('tracing', {
  client_type: scalar('http or grpc', (written, at, reading) =>
    written === 'http' || written === 'grpc'
      ? written
      : reading.report(at, `expected tracing client type to be http or grpc, but got ${written}`),
  ),
  endpoint: text,
  sampling_fraction: samplingFraction,
  insecure: boolean,
  tls_config: tlsSettings,
  headers: headerSettings,
  compression: text,
  timeout: prometheusDuration,
});

const tracing: Shape<true> = (node, reading) => {
  const read = tracingFields(node, reading);
  if (!read) return undefined;
  if (!read.endpoint) reading.report(placeIn(read), 'tracing endpoint must be set');
  if (read.compression && read.compression !== 'gzip')
    reading.report(
      placeIn(read, 'compression'),
      `invalid compression type ${read.compression} provided, valid options: gzip`,
    );
  return true;
};

/** Its outputs carry secrets of many kinds: the whole of it is left out of what is shown. */
const eventRecorder: Shape<true> = (node, reading) => {
  anything(node, reading);
  return true;
};

function readConfig(reading: Reading, options: LoadOptions): AlertmanagerConfig | undefined {
  const mode = options.matcherMode ?? 'fallback';
  const { root } = reading;
  if (root === null || isNothing(root)) return reading.report(root, 'no route provided in config');
  const read = object('configuration', {
    global: globalSettings,
    route: routeDraft(mode),
    inhibit_rules: list(inhibitRule(mode), '', emptyInhibitRule),
    receivers: list(receiverDraft, 'missing name in receiver'),
    templates: list(text, '', () => ''),
    mute_time_intervals: list(namedTimeIntervals('mute time interval'), 'missing name in mute time interval'),
    time_intervals: list(namedTimeIntervals('time interval'), 'missing name in time interval'),
    tracing,
    event_recorder: eventRecorder,
  })(root, reading);
  if (!read) return undefined;
  if (reading.problems.length > 0) return undefined;
  if (!read.route) return reading.report(placeIn(read), 'no route provided in config');

  const folder = dirname(options.file);
  const global = read.global ?? defaultGlobal();
  const drafts = read.receivers ?? [];
  const names = judgeUnique(drafts, reading);
  const timeIntervals = new Map<string, TimeInterval[]>();
  for (const [what, named] of [
    ['mute time interval', read.muteTimeIntervals],
    ['time interval', read.timeIntervals],
  ] as const) {
    for (const { name, intervals, place } of named ?? []) {
      if (timeIntervals.has(name)) reading.report(place, `${what} "${name}" is not unique`);
      timeIntervals.set(name, intervals);
    }
  }
  const receivers = drafts.map((draft) => draft.complete({ global, reading }));
  judgeRoutes(read.route, { receivers: names, timeIntervals: new Set(timeIntervals.keys()) }, reading);
  if (read.eventRecorder) omitKey(root, 'event_recorder', reading);
  return {
    file: options.file,
    global: { ...global, http: resolveHttpFiles(global.http, folder) },
    route: buildRouteTree(read.route),
    inhibitRules: read.inhibitRules ?? [],
    receivers: receivers.map((receiver) => resolveReceiver(receiver, folder)),
    timeIntervals,
    templates: (read.templates ?? [])
      .filter((glob) => glob !== '')
      .map((glob) => (isAbsolute(glob) ? glob : join(folder, glob))),
    original: reading.maskedText(),
    notices: [
      ...(read.tracing ? ['tracing is not used: Holdfast sends its own telemetry'] : []),
      ...(read.eventRecorder ? ["event_recorder is not used: Holdfast's audit log and timeline keep events"] : []),
    ],
  };
}

function judgeUnique(drafts: readonly ReceiverDraft[], reading: Reading): Set<string> {
  const names = new Set<string>();
  for (const { name, place } of drafts) {
    if (names.has(name)) reading.report(place, `notification config name "${name}" is not unique`);
    names.add(name);
  }
  return names;
}

function resolveReceiver(receiver: Receiver, folder: string): Receiver {
  const integrations = receiver.integrations.map((integration) =>
    integration.kind === 'email'
      ? integration
      : ({
          ...integration,
          settings: { ...integration.settings, http: resolveHttpFiles(integration.settings.http, folder) },
        } as Integration),
  );
  return { ...receiver, integrations };
}

function omitKey(root: Node, name: string, reading: Reading): void {
  const map = reading.follow(root);
  if (map && 'items' in map) {
    const entry = reading.entriesOf(map as never).get(name);
    if (entry) reading.omit(entry.key);
  }
}
