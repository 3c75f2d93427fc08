import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { type ConfigProblem, configError } from './config-problem.ts';
import { CROSS_CHECKS, configShape, type WrittenConfig } from './config-schema.ts';
import { type Path, settings, settingsTree } from './describe-settings.ts';
import { explainIssue } from './explain-issue.ts';
import { type Environment, type Flags, type Layers, layerSettings, overriddenBy } from './layer-settings.ts';
import { type ConfigText, readConfigText } from './read-config-file.ts';
import { type Findings, resolvePathsAndSecrets } from './resolve-paths-and-secrets.ts';

/** The configuration as every other part takes it: durations in milliseconds, paths absolute, secrets read. */
export type HoldfastConfig = ReturnType<typeof resolvePathsAndSecrets>;

/** By dotted key, for every setting outside of named groups: `--listen`, `HOLDFAST_DATA`, `holdfast.yaml:3:9`, `default`. */
export type ConfigSources = Readonly<Record<string, string>>;

export type ConfigInput = {
  /** Parsed command line by camel-case names; `config` names the file. */
  flags: Flags;
  env: Environment;
  cwd: string;
};

export type LoadedConfig = {
  config: HoldfastConfig;
  sources: ConfigSources;
  /** Worth telling the operator once, none of them a reason to stop. */
  warnings: string[];
  /** What was written, for `explainConfig`. */
  written: WrittenSettings;
};

export type WrittenSettings = { values: Record<string, unknown>; sourceOf(path: Path): string };

export type ConfigVerdict =
  | ({ valid: true } & LoadedConfig)
  | { valid: false; problems: ConfigProblem[]; warnings: string[] };

const DEFAULT_FILE = 'holdfast.yaml';
const LARGEST_FILE_BYTES = 1024 * 1024;

/**
 * The configuration of this process: flags over environment over file over defaults.
 * @throws HoldfastError `config.invalid` with every problem and where it stands
 */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const verdict = validateConfig(input);
  if (!verdict.valid) throw configError(verdict.problems);
  const { valid: _, ...loaded } = verdict;
  return loaded;
}

/** Like `loadConfig`, with what is wrong as a value. */
export function validateConfig({ flags, env, cwd }: ConfigInput): ConfigVerdict {
  const { name, file } = readFile(flags, env, cwd);
  const layers = layerSettings(file, env, flags);
  const problems: ConfigProblem[] = [...file.problems, ...layers.problems];
  const whereIs = (path: Path, at: 'key' | 'value' = 'value') => overriddenBy(layers, path) ?? file.locate(path, at);
  const report = (path: Path, message: string, at: 'key' | 'value' = 'value') =>
    problems.push({ where: whereIs(path, at), key: path.join('.'), message });

  const written = parseSections(layers, report);
  for (const check of CROSS_CHECKS) for (const { path, message } of check(written)) report(path, message);
  if (problems.length > 0 || !isComplete(written))
    return { valid: false, problems: inFileOrder(problems), warnings: layers.warnings };

  const findings: Findings = { problems: [], warnings: layers.warnings };
  const fileFolder = dirname(resolve(cwd, name));
  const baseOf = (path: Path) => (overriddenBy(layers, path) === null && isWritten(layers, path) ? fileFolder : cwd);
  const config = resolvePathsAndSecrets(written, baseOf, findings);
  for (const { path, message } of findings.problems) report(path, message);
  if (problems.length > 0) return { valid: false, problems: inFileOrder(problems), warnings: layers.warnings };

  const sourceOf = (path: Path) =>
    overriddenBy(layers, path) ?? (isWritten(layers, path) ? file.locate(originOf(path, file), 'value') : 'default');
  const sources = Object.fromEntries(settings.map(({ path, key }) => [key, sourceOf(path)]));
  return { valid: true, config, sources, warnings: layers.warnings, written: { values: layers.values, sourceOf } };
}

/** As a reader goes through the file; what stands elsewhere comes after. */
function inFileOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const place = ({ where }: ConfigProblem) => {
    const [, line, column] = /:(\d+):(\d+)$/.exec(where) ?? [];
    return line === undefined ? Number.MAX_SAFE_INTEGER : Number(line) * 1e6 + Number(column);
  };
  return problems.toSorted((one, other) => place(one) - place(other));
}

/** The settings one section at a time, so that a mistake in one does not hide those in another. */
function parseSections(
  layers: Layers,
  report: (path: Path, message: string, at: 'key' | 'value') => void,
): Partial<WrittenConfig> {
  const parsed: Record<string, unknown> = {};
  const unknown = Object.keys(layers.values).filter((key) => !Object.hasOwn(configShape, key));
  const issues: z.core.$ZodIssue[] = [];
  if (unknown.length > 0)
    issues.push({ code: 'unrecognized_keys', keys: unknown, path: [], message: '', input: layers.values });
  for (const [key, schema] of Object.entries(configShape)) {
    const result = schema.safeParse(layers.values[key]);
    if (result.success) parsed[key] = result.data;
    else issues.push(...result.error.issues.map((issue) => ({ ...issue, path: [key, ...issue.path] })));
  }
  for (const { path, message, at } of issues.flatMap((issue) => explainIssue(issue, layers.values))) {
    report(path, message, at);
  }
  return parsed as Partial<WrittenConfig>;
}

function isComplete(parsed: Partial<WrittenConfig>): parsed is WrittenConfig {
  return Object.keys(settingsTree.properties ?? {}).every((key) => key in parsed);
}

function isWritten(layers: Layers, path: Path): boolean {
  let value: unknown = layers.values;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return false;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value !== undefined;
}

/** `databasePoolMax` may have been written under its foreign name. */
function originOf(path: Path, file: ConfigText): Path {
  if (path.join('.') !== 'databasePoolMax' || Object.hasOwn(file.values, 'databasePoolMax')) return path;
  return ['performance', 'database', 'max_connections'];
}

function readFile(flags: Flags, env: Environment, cwd: string): { name: string; file: ConfigText } {
  const named = typeof flags['config'] === 'string' ? flags['config'] : env['HOLDFAST_CONFIG'] || undefined;
  const name = named ?? DEFAULT_FILE;
  try {
    const path = resolve(cwd, name);
    if (statSync(path).size > LARGEST_FILE_BYTES) return { name, file: unreadable(name, 'is larger than 1 MiB') };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return { name, file: readConfigText(name, text) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && named === undefined) return { name, file: readConfigText(name, '') };
    return { name, file: unreadable(name, READ_FAILURES[code ?? ''] ?? `cannot be read (${code})`) };
  }
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder, not a file',
  EACCES: 'may not be read by this user',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
};

function unreadable(name: string, message: string): ConfigText {
  return { values: {}, problems: [{ where: name, key: '', message }], locate: () => name };
}
