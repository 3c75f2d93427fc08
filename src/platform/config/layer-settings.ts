import type { ConfigProblem } from './config-problem.ts';
import {
  childOf,
  environmentName,
  type Path,
  type Setting,
  type SettingNode,
  settings,
  settingsTree,
} from './describe-settings.ts';
import { nearestName } from './nearest-name.ts';
import type { ConfigText } from './read-config-file.ts';

/** Everything that was written, the stronger place having won, and where each value comes from. */
export type Layers = {
  values: Record<string, unknown>;
  /** By dotted key: `--listen`, `HOLDFAST_DATA`; what is not in here comes from the file or is a default. */
  overrides: Map<string, string>;
  problems: ConfigProblem[];
  warnings: string[];
};

/** Parsed flags by their camel-case name (`databaseUrl` for `--database-url`); others than ours are ignored. */
export type Flags = Readonly<Record<string, unknown>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that begin with HOLDFAST_ but are no settings of the server. */
const OTHER_VARIABLES = new Set(['HOLDFAST_CONFIG', 'HOLDFAST_SERVER', 'HOLDFAST_TOKEN', 'HOLDFAST_TEST_REQUIRE']);
/** Kubernetes gives every pod beside a Service named `holdfast` such variables. */
const SERVICE_LINK =
  /^HOLDFAST(?:_[A-Z0-9_]+)?_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_[A-Z]+(?:_[A-Z]+)?)?)$/;

/** Knobs of Go programs that the documents Holdfast replaces tell people to turn. */
const GO_VARIABLES: Readonly<Record<string, string>> = {
  GOGC: 'NODE_OPTIONS=--max-semi-space-size',
  GOMAXPROCS: 'HOLDFAST_WORKER_CONCURRENCY',
  GOMEMLIMIT: 'NODE_OPTIONS=--max-old-space-size',
};
const IGNORED_VARIABLES = ['DB_MAX_IDLE_CONNS', 'DB_CONN_MAX_LIFETIME'] as const;

const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, '1': true },
  ...{ false: false, no: false, off: false, '0': false },
};

/** Lays the environment and then the flags over the file's values. */
export function layerSettings(file: ConfigText, env: Environment, flags: Flags): Layers {
  const layers: Layers = { values: { ...file.values }, overrides: new Map(), problems: [], warnings: [] };
  adoptForeignSettings(layers, file);
  for (const setting of settings) {
    const name = setting.envNames.find((candidate) => isSet(env[candidate]));
    if (name !== undefined) override(layers, setting, coerce(env[name] ?? '', setting.node), name);
  }
  for (const setting of settings) {
    const value = setting.node.flag === undefined ? undefined : flags[camelCase(setting.node.flag)];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    // Commander gives `auth: true` when --no-auth is absent: that is its default, not the user's word.
    if (setting.key === 'auth' && value === true) continue;
    const name = `--${setting.key === 'auth' ? 'no-auth' : setting.node.flag}`;
    override(layers, setting, typeof value === 'string' ? coerce(value, setting.node) : value, name);
  }
  checkVariables(layers, env);
  return layers;
}

/** An empty variable is one that compose files and unit files pass on unset. */
function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function override(layers: Layers, { path, key }: Setting, value: unknown, source: string): void {
  let target = layers.values;
  for (const part of path.slice(0, -1)) {
    const inner = target[part];
    // A copy: a group may be one that YAML references elsewhere too.
    const copy = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : {};
    target[part] = copy;
    target = copy;
  }
  target[path.at(-1) ?? ''] = value;
  layers.overrides.set(key, source);
  forgetTwin(layers, key);
}

/** The address given by a stronger place replaces the file with the address given by a weaker one, and the other way. */
function forgetTwin(layers: Layers, key: string): void {
  const twin = { databaseUrl: 'databaseUrlFile', databaseUrlFile: 'databaseUrl' }[key];
  if (twin !== undefined && strengthOf(layers, twin) < strengthOf(layers, key)) {
    delete layers.values[twin];
    layers.overrides.delete(twin);
  }
}

function strengthOf(layers: Layers, key: string): number {
  const source = layers.overrides.get(key);
  return source === undefined ? 0 : source.startsWith('--') ? 2 : 1;
}

/** Text from a flag or variable as the type the setting has; what does not fit stays text and is refused later. */
function coerce(text: string, node: SettingNode): unknown {
  if (node.type === 'list of folders' || node.type === 'list of addresses' || node.items !== undefined) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  if ((node.maximum !== undefined || node.minimum !== undefined) && /^-?\d+$/.test(text.trim())) return Number(text);
  if (typeof node.default === 'boolean') return BOOLEANS[text.toLowerCase()] ?? text;
  return text;
}

function adoptForeignSettings(layers: Layers, file: ConfigText): void {
  const idle: string[] = [];
  for (const { key, value } of listWritten(settingsTree.properties?.['performance'], ['performance'], layers.values)) {
    if (key === 'performance.database.max_connections') layers.values['databasePoolMax'] ??= value;
    else idle.push(key.replace('performance.', ''));
  }
  if (idle.length === 0) return;
  const where = file.locate(['performance'], 'key');
  layers.warnings.push(`${where}: accepted without effect below performance: ${idle.join(', ')}`);
}

/** The settings below a node that are written, with what is written. */
function listWritten(
  node: SettingNode | undefined,
  path: string[],
  values: unknown,
): { key: string; value: unknown }[] {
  const value = childOf(values, path.at(-1) ?? '');
  if (node?.properties === undefined) return value === undefined ? [] : [{ key: path.join('.'), value }];
  return Object.entries(node.properties).flatMap(([name, child]) => listWritten(child, [...path, name], value));
}

function checkVariables(layers: Layers, env: Environment): void {
  for (const [name, right] of Object.entries(GO_VARIABLES)) {
    if (!isSet(env[name])) continue;
    const message = `is a setting of Go programs and does nothing here; use ${right}`;
    layers.problems.push({ where: name, key: '', message });
  }
  for (const name of IGNORED_VARIABLES) {
    if (isSet(env[name])) layers.warnings.push(`${name} is accepted and has no effect`);
  }
  const known = settings.flatMap(({ envNames }) => envNames).filter((name) => name.startsWith('HOLDFAST_'));
  const groups = Object.keys(settingsTree.properties ?? {}).map((name) => ({ name, env: environmentName([name]) }));
  for (const name of Object.keys(env)) {
    if (!name.startsWith('HOLDFAST_') || known.includes(name) || OTHER_VARIABLES.has(name) || SERVICE_LINK.test(name))
      continue;
    const group = groups.find((candidate) => candidate.env === name);
    const near = nearestName(name, known);
    if (group !== undefined) {
      layers.problems.push({ where: name, key: group.name, message: 'can only be written in the configuration file' });
    } else if (near !== null) {
      layers.problems.push({ where: name, key: '', message: `is not a setting; did you mean ${near}?` });
    } else {
      // Runbook steps and other tools have variables of this prefix: what resembles no setting is not ours to refuse.
      layers.warnings.push(`${name} is not a setting and has no effect`);
    }
  }
}

function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The place a value comes from, or null when neither flag nor variable set it. */
export function overriddenBy(layers: Layers, path: Path): string | null {
  for (let length = path.length; length > 0; length -= 1) {
    const source = layers.overrides.get(path.slice(0, length).join('.'));
    if (source !== undefined) return source;
  }
  return null;
}
