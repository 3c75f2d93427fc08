import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startProgram } from './start-program.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('warm-aws.py', import.meta.url));

type WarmAws = {
  /** PATH with an `aws` before all others that asks the loaded one; nothing where aws cannot be loaded beforehand. */
  variables: Record<string, string>;
  stop(): Promise<void>;
};

/**
 * Loads the aws command once, so that a call takes a few hundredths of a second instead of most of one. It is the same
 * program: where its Python is not found, the tests call it as it is.
 */
export async function startWarmAws(folder: string, variables: Readonly<Record<string, string>>): Promise<WarmAws> {
  const python = await findPython();
  if (python === null) return { variables: {}, stop: async () => {} };
  const socket = join(folder, 'aws.sock');
  const server = await startProgram({
    program: python,
    args: [SCRIPT, 'serve', socket],
    folder,
    environment: variables,
    isReady: async () => existsSync(socket),
  });
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  const program = join(programs, 'aws');
  writeFileSync(program, `#!/bin/sh\nexec '${python}' -SE '${SCRIPT}' call '${socket}' "$@"\n`);
  chmodSync(program, 0o755);
  return {
    variables: { PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}` },
    stop: () => server.stop(),
  };
}

/** @returns the Python that has awscli: the one beside the command, or that of the PATH; null where neither has it */
async function findPython(): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const aws = folders.map((each) => join(each, 'aws')).find((path) => existsSync(path));
  const candidates = [...(aws === undefined ? [] : [join(dirname(realpathSync(aws)), 'python3')]), 'python3'];
  for (const candidate of candidates) {
    const found = await run(candidate, ['-c', 'import awscli, sys; print(sys.executable)']).catch(() => null);
    if (found !== null) return found.stdout.trim();
  }
  return null;
}
