import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Executor, StepExecution, StepResult } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { endProcessesByToken } from '../../platform/process/kill-by-token.ts';
import { readProcessStart } from '../../platform/process/process-identity.ts';
import { type Isolation, isolatedCommand } from './isolation.ts';
import { type Ended, judgeExit, MOST_TOLD_BYTES } from './judge-exit.ts';
import { kubeconfigFor, type StepKubeconfig } from './kubeconfig.ts';
import { GATE_FD, PREAMBLE_FD, preambleOf, SCRIPT_FD, STATUS_FD } from './shell-preamble.ts';
import { endOverSsh } from './ssh/end-over-ssh.ts';
import { executeOverSsh } from './ssh/execute-over-ssh.ts';
import { clientToken } from './ssh/ssh-client.ts';
import { stepEnvironment } from './step-environment.ts';
import { watchMemory } from './watch-memory.ts';

type ShellAction = Extract<StepAction, { kind: 'shell' }>;

/** After the script ended, output of processes it left behind is read no longer than this. */
const DRAIN_OUTPUT_MS = 200;

type ShellOptions = {
  environment: NodeJS.ProcessEnv;
  isolation?: Isolation;
  /** What the processes of a step may hold together; null for no limit. */
  memoryBytes?: number | null;
};

const NO_ISOLATION: Isolation = { kind: 'none', writable: [] };

/** Runs bash. The script is a file on descriptor 3, stdin is /dev/null, parameters are environment variables. */
export function createShellExecutor(options: ShellOptions): Executor<ShellAction> {
  return {
    execute: (execution) => executeScript(execution, options),
    async stopLeftovers({ token, process, target }) {
      if (target?.kind !== 'ssh') {
        await endProcessesByToken(token, process);
        return null;
      }
      await endProcessesByToken(clientToken(token), process);
      return (await endOverSsh({ target, token, environment: options.environment })) ? null : target.name;
    },
  };
}

async function executeScript(execution: StepExecution<ShellAction>, options: ShellOptions): Promise<StepResult> {
  const parameters: Record<string, string> = {};
  for (const [variable, input] of Object.entries(execution.action.parameters)) {
    const value = execution.inputs[input];
    if (value === undefined) return { outcome: 'failed', exitCode: null, reason: `input ${input} has no value` };
    if (value.includes('\0'))
      return {
        outcome: 'failed',
        exitCode: null,
        reason: `input ${input} holds a NUL byte, which no environment can carry`,
      };
    parameters[variable] = value;
  }
  if (execution.target?.kind === 'ssh') {
    const variables = { ...execution.variables, ...parameters };
    return executeOverSsh(execution, { target: execution.target, variables, environment: options.environment });
  }
  let kube: StepKubeconfig | null = null;
  if (execution.target?.kind === 'kubernetes') {
    try {
      kube = kubeconfigFor(execution.target);
    } catch (thrown) {
      return { outcome: 'failed', exitCode: null, reason: `target ${execution.target.name}: ${messageOf(thrown)}` };
    }
  }
  const surroundings = { ...execution.variables, ...(kube === null ? {} : { KUBECONFIG: kube.path }) };
  try {
    const command = isolatedCommand(
      options.isolation ?? NO_ISOLATION,
      options.environment['PATH'],
      kube === null ? [] : [kube.path],
    );
    if (command === null) {
      const reason = 'steps are to be isolated by bubblewrap, which is not installed here: nothing was run';
      return { outcome: 'failed', exitCode: null, reason };
    }
    return await runScript(execution, { ...options, command }, { ...surroundings, ...parameters });
  } finally {
    kube?.remove();
  }
}

async function runScript(
  execution: StepExecution<ShellAction>,
  options: ShellOptions & { command: { program: string; args: string[] } },
  variables: Readonly<Record<string, string>>,
): Promise<StepResult> {
  const preamble = preambleOf(execution);
  // Each reader of the script has a descriptor of its own: where /dev/fd does not reopen, they would share a position.
  const [scriptFd, syntaxFd] = openTexts(`${execution.action.script}\n`, 2);
  const [preambleFd] = openTexts(preamble, 1);
  let child: ChildProcess;
  try {
    const bashArgs = ['--noprofile', '--norc', '-euo', 'pipefail', `/dev/fd/${SCRIPT_FD}`];
    child = spawn(options.command.program, [...options.command.args, ...bashArgs], {
      env: {
        ...stepEnvironment(options.environment, variables, execution.token),
        BASH_ENV: `/dev/fd/${PREAMBLE_FD}`,
      },
      stdio: ['ignore', 'pipe', 'pipe', scriptFd, 'pipe', 'pipe', preambleFd, syntaxFd],
      detached: true,
    });
  } finally {
    for (const descriptor of [scriptFd, syntaxFd, preambleFd]) if (descriptor !== undefined) closeSync(descriptor);
  }
  return superviseChild(child, execution, options.memoryBytes ?? null);
}

/** The whole text on disk and already nameless, opened `times`: a cut-off pipe could make bash run half a line. */
function openTexts(text: string, times: number): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-step-'));
  try {
    const file = join(folder, 'script');
    writeFileSync(file, text, { mode: 0o600 });
    return Array.from({ length: times }, () => openSync(file, 'r'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function superviseChild(
  child: ChildProcess,
  execution: StepExecution<ShellAction>,
  memoryBytes: number | null,
): Promise<StepResult> {
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', reject);
  });
  exited.catch(() => {});
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => execution.output(chunk));
  const streams: readonly unknown[] = child.stdio;
  const gate = streams[GATE_FD] as Writable;
  gate.on('error', () => {});
  const told: Buffer[] = [];
  let toldBytes = 0;
  (streams[STATUS_FD] as Readable).on('data', (chunk: Buffer) => {
    toldBytes += chunk.length;
    if (toldBytes <= MOST_TOLD_BYTES) told.push(chunk);
  });

  const { pid } = child;
  if (pid === undefined) {
    const failure = await exited.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    throw new HoldfastError({
      code: 'shell.not-started',
      kind: 'unavailable',
      message: `bash could not be started: ${messageOf(failure)}`,
      hint: 'Install bash, or check the limits on processes.',
    });
  }
  const process = { pid, startedAt: readProcessStart(pid) ?? '' };
  let ended: Ended = null;
  let ending: Promise<unknown> = Promise.resolve();
  const end = (why: Exclude<Ended, null>) => {
    if (ended) return;
    ended = why;
    ending = endProcessesByToken(execution.token, process);
  };
  const onAbort = () => end('cancelled');
  let timer: NodeJS.Timeout | undefined;
  let memory: { stop(): void } | null = null;
  try {
    await execution.confirmStart(process);
    execution.signal.addEventListener('abort', onAbort, { once: true });
    if (execution.signal.aborted) onAbort();
    timer = setTimeout(() => end('timed-out'), execution.timeoutMs);
    if (memoryBytes !== null)
      memory = watchMemory(execution.token, memoryBytes, (bytes) => end({ tookBytes: bytes, mostBytes: memoryBytes }));
    gate.end('go\n');
    const exit = await exited;
    await ending;
    await drainOutput(child);
    return judgeExit(exit, ended, Buffer.concat(told).toString('utf8'), execution);
  } catch (thrown) {
    // Not confirmed: the gate closes unopened, the script ends without having begun.
    gate.destroy();
    throw thrown;
  } finally {
    clearTimeout(timer);
    memory?.stop();
    execution.signal.removeEventListener('abort', onAbort);
  }
}

async function drainOutput(child: ChildProcess): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.readableEnded);
  if (open.length > 0) {
    let timer: NodeJS.Timeout | undefined;
    const ends = Promise.all(open.map((stream) => new Promise((resolve) => stream?.once('close', resolve))));
    await Promise.race([
      ends,
      new Promise((resolve) => {
        timer = setTimeout(resolve, DRAIN_OUTPUT_MS);
      }),
    ]);
    clearTimeout(timer);
  }
  // A process left in the background keeps the pipe; we do not wait for it.
  for (const stream of child.stdio) stream?.destroy();
}
