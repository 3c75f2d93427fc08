import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));

export type CliResult = { code: number | null; stdout: string; stderr: string };

export type CliOptions = {
  cwd: string;
  environment?: NodeJS.ProcessEnv;
  /** Standard input; nothing by default. */
  input?: string;
  /** Stop reading stdout after so many bytes, as `| head` does. */
  readBytes?: number;
  /** Sent once stdout holds this text. */
  interruptAfter?: string;
};

/** Runs the real command in a process of its own, with none of this process's environment but what it needs. */
export function runHoldfast(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LANG: 'C.UTF-8',
      ...options.environment,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (options.readBytes !== undefined && stdout.length >= options.readBytes) child.stdout.destroy();
    if (options.interruptAfter !== undefined && stdout.includes(options.interruptAfter)) child.kill('SIGINT');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** What a command that was told --json printed. */
export function parseJson<Value>(result: CliResult): Value {
  return JSON.parse(result.stdout) as Value;
}
