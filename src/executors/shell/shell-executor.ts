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
import { kubeconfigFor, type StepKubeconfig } from './kubeconfig.ts';
import {
  findAskingLines,
  GATE_CLOSED_EXIT,
  GATE_FD,
  PREAMBLE_FD,
  SCRIPT_FD,
  STATUS_FD,
  shellPreamble,
  UNREADABLE_EXIT,
} from './shell-preamble.ts';
import { stepEnvironment } from './step-environment.ts';
import { watchMemory } from './watch-memory.ts';

type ShellAction = Extract<StepAction, { kind: 'shell' }>;

/** After the script ended, output of processes it left behind is read no longer than this. */
const DRAIN_OUTPUT_MS = 200;
/** Of the exit status and all values handed on together. */
const MOST_TOLD_BYTES = 1_048_576;
/** An environment holds no longer value (Linux allows 128 KiB with its name). */
const MOST_CARRIED_BYTES = 64 * 1_024;

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
    async stopLeftovers({ token, process }) {
      await endProcessesByToken(token, process);
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
  const { script } = execution.action;
  const noIsAnAnswer = execution.observing && !execution.deciding;
  const preamble = shellPreamble({
    noIsAnAnswer,
    askingLines: noIsAnAnswer ? findAskingLines(script) : [],
    carries: execution.action.carries ?? [],
  });
  // Each reader of the script has a descriptor of its own: where /dev/fd does not reopen, they would share a position.
  const [scriptFd, syntaxFd] = openTexts(`${script}\n`, 2);
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

/** Why we ended a script that had not ended by itself. */
type Ended = 'timed-out' | 'cancelled' | { tookBytes: number; mostBytes: number } | null;

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

function judgeExit(
  exit: { code: number | null; signal: NodeJS.Signals | null },
  ended: Ended,
  told: string,
  execution: StepExecution<ShellAction>,
): StepResult {
  const exitCode = exit.code;
  if (ended === 'cancelled') return { outcome: 'cancelled', exitCode, reason: 'ended on request' };
  if (ended === 'timed-out')
    return { outcome: 'timed-out', exitCode, reason: `not done after ${execution.timeoutMs / 1_000} s: ended` };
  if (ended !== null) {
    const [took, most] = [ended.tookBytes, ended.mostBytes].map((bytes) => Math.round(bytes / 1_048_576));
    return {
      outcome: 'failed',
      exitCode,
      reason: `ended: it held ${took} MiB of memory, more than ${most} MiB`,
      uncertain: true,
    };
  }
  if (exit.signal) return { outcome: 'failed', exitCode, reason: `ended by ${exit.signal}`, uncertain: true };
  const [status = '', ...rest] = told.split('\n');
  const { outputs, tooLong } = readCarried(rest.join('\n'));
  const lost = tooLong.length === 0 ? null : `too long to be handed on: ${tooLong.join(', ')}`;
  if (exitCode === 0) return { outcome: 'succeeded', exitCode, reason: lost, outputs };
  if (told === '' && exitCode === GATE_CLOSED_EXIT) return { outcome: 'cancelled', exitCode, reason: 'never begun' };
  if (told === '' && exitCode === UNREADABLE_EXIT)
    return { outcome: 'failed', exitCode, reason: 'bash cannot read the script; nothing of it ran' };
  const [, how, ...pipe] = status.trim().split(' ');
  const stages = pipe.length > 1 ? ` (pipe stages: ${pipe.join(' ')})` : '';
  return how === 'no'
    ? { outcome: 'succeeded', exitCode, reason: `answered "no" with exit code ${exitCode}${stages}`, outputs }
    : { outcome: 'failed', exitCode, reason: `exit code ${exitCode}${stages}` };
}

/** The variables told after the status: `NAME=value` and a NUL each. */
function readCarried(told: string): { outputs: Record<string, string>; tooLong: string[] } {
  const outputs: Record<string, string> = {};
  const tooLong: string[] = [];
  for (const entry of told.split('\0').slice(0, -1)) {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals);
    const value = entry.slice(equals + 1);
    if (Buffer.byteLength(value) > MOST_CARRIED_BYTES) tooLong.push(name);
    else outputs[name] = value;
  }
  return { outputs, tooLong };
}
