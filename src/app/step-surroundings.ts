import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ResolvedTarget, SshHost } from '../act/runs/index.ts';
import type { Environment } from '../contract/environment.ts';
import type { HoldfastConfig } from '../platform/config/load-config.ts';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';

const SECRET_COMMAND_TIMEOUT_MS = 10_000;
const LARGEST_SECRET_BYTES = 64 * 1_024;
const run = promisify(execFile);

type Configured = Pick<HoldfastConfig, 'targets' | 'secrets' | 'environments'>;

/** What the configuration puts around a step: its connections, its environment's variables, its credentials. */
export type StepSurroundings = {
  /** @returns null when there is no such target */
  resolveTarget(name: string, environment: string | null): ResolvedTarget | null;
  /** Variables of an environment. @throws HoldfastError invalid `environment.missing` */
  environmentValues(name: string): Readonly<Record<string, string>>;
  /** Every environment, by name, without a value or a credential. */
  environments(): Environment[];
  /** Passwords inside connection addresses, in every spelling they may be printed in. */
  targetSecrets(): string[];
  /**
   * Read anew for each step and kept nowhere.
   * @throws HoldfastError invalid `environment.missing`, `secret.missing`; unavailable `secret.unreadable`
   */
  readVariables(wanted: {
    environment: string | null;
    secrets: readonly string[];
  }): Promise<{ variables: Record<string, string>; secrets: Record<string, string> }>;
};

/** @param own the environment commands that print secrets run in; of it they see PATH and HOME */
export function createStepSurroundings(config: Configured, own: NodeJS.ProcessEnv): StepSurroundings {
  const readSecret = async (name: string): Promise<string> => {
    const secret = config.secrets[name];
    if (!secret) {
      throw new HoldfastError({
        code: 'secret.missing',
        kind: 'invalid',
        message: `no secret named ${name} in the configuration (secrets: …)`,
        hint: `Add it below secrets, with a file or a command that prints it.`,
      });
    }
    try {
      const text =
        secret.file !== null ? await readFile(secret.file, 'utf8') : await printSecret(secret.command ?? [], own);
      const value = text.replace(/\r?\n$/, '');
      if (value === '') throw new Error('it is empty');
      if (Buffer.byteLength(value) > LARGEST_SECRET_BYTES) throw new Error('it is larger than 64 KiB');
      if (value.includes('\0')) throw new Error('it holds a NUL byte, which no environment can carry');
      return value;
    } catch (thrown) {
      throw new HoldfastError({
        code: 'secret.unreadable',
        kind: 'unavailable',
        // What a failing command printed may be the secret itself: only how it ended is told.
        message: `the secret ${name} cannot be read: ${secret.file === null ? endOf(thrown) : messageOf(thrown)}`,
        hint: 'Check its file or command below secrets in the configuration.',
      });
    }
  };

  return {
    resolveTarget(name, environment) {
      const meant = (environment === null ? undefined : config.environments[environment]?.targets[name]) ?? name;
      const target = config.targets[meant];
      if (target?.kind === 'ssh') return { name: meant, ...target, jumps: jumpsTo(target, config.targets) };
      return target ? { name: meant, ...target } : null;
    },
    environmentValues(name) {
      const place = config.environments[name];
      if (!place) throw environmentMissing(name, Object.keys(config.environments));
      return place.variables;
    },
    environments: () =>
      Object.entries(config.environments)
        .map(([name, { variables, secrets, targets }]) => ({
          name,
          variables: Object.keys(variables).sort(),
          secrets: [...secrets].sort(),
          targets: [...new Set([...Object.keys(config.targets), ...Object.keys(targets)])].sort().flatMap((asked) => {
            const target = targets[asked] ?? asked;
            const kind = config.targets[target]?.kind;
            return kind === undefined ? [] : [{ name: asked, target, kind }];
          }),
        }))
        .sort((left, right) => (left.name < right.name ? -1 : 1)),
    targetSecrets: () =>
      Object.values(config.targets).flatMap((target) => ('url' in target ? secretsOfUrl(target.url) : [])),
    async readVariables({ environment, secrets }) {
      const place = environment === null ? { variables: {}, secrets: [] } : config.environments[environment];
      if (!place) throw environmentMissing(environment ?? '', Object.keys(config.environments));
      const names = [...new Set([...place.secrets, ...secrets])];
      const values = await Promise.all(names.map(async (name) => [name, await readSecret(name)] as const));
      return { variables: { ...place.variables }, secrets: Object.fromEntries(values) };
    },
  };
}

type Targets = Configured['targets'];

/** The hosts on the way to an ssh target, the nearest to Holdfast first. The configuration has been checked for circles. */
export function jumpsTo(target: Extract<Targets[string], { kind: 'ssh' }>, targets: Targets): SshHost[] {
  const jump = target.jump === null ? undefined : targets[target.jump];
  if (target.jump === null || jump?.kind !== 'ssh') return [];
  return [...jumpsTo(jump, targets), { name: target.jump, ...jump }];
}

function environmentMissing(name: string, known: readonly string[]): HoldfastError {
  return new HoldfastError({
    code: 'environment.missing',
    kind: 'invalid',
    message: `there is no environment ${name} in the configuration`,
    hint: known.length === 0 ? 'Add it below environments.' : `There are: ${known.join(', ')}.`,
  });
}

async function printSecret(command: readonly string[], own: NodeJS.ProcessEnv): Promise<string> {
  const [program = '', ...args] = command;
  const { stdout } = await run(program, args, {
    timeout: SECRET_COMMAND_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: LARGEST_SECRET_BYTES + 2,
    env: { PATH: own['PATH'], HOME: own['HOME'] },
  });
  return stdout;
}

function endOf(thrown: unknown): string {
  const { code, killed, signal } = thrown as { code?: unknown; killed?: boolean; signal?: string };
  if (killed) return `its command was not done after ${SECRET_COMMAND_TIMEOUT_MS / 1_000} s`;
  if (typeof code === 'string') return `its command cannot be run (${code})`;
  if (typeof code === 'number') return `its command ended with exit code ${code}`;
  return signal ? `its command was ended by ${signal}` : messageOf(thrown);
}

/** The passwords inside a connection address, in both spellings. */
function secretsOfUrl(url: string): string[] {
  const encoded = URL.canParse(url) ? new URL(url).password : '';
  return encoded === '' ? [] : [...new Set([encoded, decodeURIComponent(encoded)])];
}
