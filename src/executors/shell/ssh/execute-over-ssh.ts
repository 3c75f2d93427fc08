import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StepExecution, StepResult } from '../../../act/runs/index.ts';
import type { StepAction } from '../../../contract/runbook.ts';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import { readProcessStart } from '../../../platform/process/process-identity.ts';
import { judgeExit, MOST_TOLD_BYTES } from '../judge-exit.ts';
import { preambleOf } from '../shell-preamble.ts';
import { UNATTENDED } from '../step-environment.ts';
import { READY_WITHIN_MS } from './ask-over-ssh.ts';
import { endOverSsh } from './end-over-ssh.ts';
import {
  ALREADY_ENDED,
  CUT_SHORT,
  END_WORD,
  endMark,
  FAR_END_WITHIN_MS,
  farCommand,
  NO_ROOM,
  SIGN_OF_LIFE,
  SIGN_OF_LIFE_EVERY_MS,
  startMark,
  supervisorInput,
} from './far-side.ts';
import { createMarkReader, type MarkReader } from './mark-reader.ts';
import { type SshClient, startSsh } from './ssh-client.ts';
import type { SshTarget } from './ssh-settings.ts';

type ShellAction = Extract<StepAction, { kind: 'shell' }>;
type SshOptions = {
  target: SshTarget;
  /** Of the step's environment on the far side. */
  variables: Readonly<Record<string, string>>;
  /** Holdfast's own, for the client. */
  environment: NodeJS.ProcessEnv;
};

/** After the far side's last word, its farewell is waited for no longer than this. */
const FAREWELL_MS = 200;
/** Codes above are those of signals, as a shell tells them. */
const SIGNAL_EXIT = 128;

/** What the far side refuses before anything of the script ran. */
const REFUSALS: Readonly<Record<string, string>> = {
  [ALREADY_ENDED]: 'this attempt had been ended there before it began; nothing of it ran',
  [CUT_SHORT]: 'the script did not arrive in full; nothing of it ran',
  [NO_ROOM]: 'neither /dev/shm, /tmp nor the home folder takes the script; nothing of it ran',
};

/** One attempt on the far side, as it goes on. */
type Session = {
  client: SshClient;
  output: MarkReader;
  status: MarkReader;
  told(): string;
  /** Resolves when the far side has said its last word, or the connection is gone. */
  over: Promise<void>;
};

/**
 * Carries out a script on another host as on this one. The way there is gone before the gate: only a shell that waits on
 * the far side is told the script. From then on a connection that is lost leaves the step uncertain; what it left is
 * ended over a new one.
 */
export async function executeOverSsh(execution: StepExecution<ShellAction>, options: SshOptions): Promise<StepResult> {
  const { target } = options;
  let session: Session;
  try {
    session = await openSession(execution, options);
  } catch (thrown) {
    return { outcome: 'failed', exitCode: null, reason: `target ${target.name}: ${messageOf(thrown)}` };
  }
  const { client } = session;
  const onAbort = () => client.close();
  try {
    execution.signal.addEventListener('abort', onAbort, { once: true });
    if (execution.signal.aborted) onAbort();
    const refused = await waitForShell(session);
    if (execution.signal.aborted) return { outcome: 'cancelled', exitCode: null, reason: 'never begun' };
    if (refused !== null) return { outcome: 'failed', exitCode: null, reason: `target ${target.name}: ${refused}` };
    await execution.confirmStart({ pid: client.pid, startedAt: readProcessStart(client.pid) ?? '' });
    execution.signal.removeEventListener('abort', onAbort);
    return await carryOut(session, execution, options);
  } finally {
    execution.signal.removeEventListener('abort', onAbort);
    client.close();
  }
}

async function openSession(execution: StepExecution<ShellAction>, options: SshOptions): Promise<Session> {
  const nonce = randomBytes(16).toString('hex');
  const { target, environment } = options;
  const client = await startSsh({ target, environment, token: execution.token, command: farCommand(nonce) });
  const marks = { start: startMark(nonce), end: endMark(nonce) };
  const told: Buffer[] = [];
  let toldBytes = 0;
  const output = createMarkReader(marks, (chunk) => execution.output(chunk));
  const status = createMarkReader(marks, (chunk) => {
    toldBytes += chunk.length;
    if (toldBytes <= MOST_TOLD_BYTES) told.push(chunk);
  });
  const over = new Promise<void>((resolve) => {
    const look = () => {
      // A process left in the background keeps the channel open; the far side's word is enough.
      if (output.ended() && status.after().includes('\n')) resolve();
    };
    client.stdout.on('data', (chunk: Buffer) => {
      output.write(chunk);
      look();
    });
    client.stderr.on('data', (chunk: Buffer) => {
      status.write(chunk);
      look();
    });
    const closed = [client.stdout, client.stderr].map((stream) => new Promise((done) => stream.once('close', done)));
    void Promise.all([client.exited, ...closed]).then(() => resolve());
  });
  return { client, output, status, over, told: () => Buffer.concat(told).toString('utf8') };
}

/** @returns null once a shell waits on the far side, else why there is none */
async function waitForShell({ client, output, status, over }: Session): Promise<string | null> {
  const ready = new Promise<void>((resolve) => {
    const look = () => {
      if (output.started() && status.started()) resolve();
    };
    client.stdout.on('data', look);
    client.stderr.on('data', look);
  });
  const waited = new AbortController();
  const late = sleep(READY_WITHIN_MS, 'late', { signal: waited.signal }).catch(() => 'over');
  const first = await Promise.race([ready, over, late]);
  waited.abort();
  if (output.started() && status.started()) return null;
  if (first === 'late') return `no shell there within ${READY_WITHIN_MS / 1_000} s`;
  return client.explain(`${output.before()}\n${status.before()}`);
}

async function carryOut(
  session: Session,
  execution: StepExecution<ShellAction>,
  options: SshOptions,
): Promise<StepResult> {
  const { client, status, over } = session;
  const asked = new AbortController();
  let ended: 'timed-out' | 'cancelled' | null = null;
  const end = (why: 'timed-out' | 'cancelled') => {
    if (ended !== null) return;
    ended = why;
    client.stdin.write(END_WORD);
    // It ends by itself when the far side obeys; else the connection is of no use any more.
    void sleep(FAR_END_WITHIN_MS, null, { signal: asked.signal }).then(
      () => client.close(),
      () => {},
    );
  };
  const onAbort = () => end('cancelled');
  const timer = setTimeout(() => end('timed-out'), execution.timeoutMs);
  const alive = setInterval(() => client.stdin.write(SIGN_OF_LIFE), SIGN_OF_LIFE_EVERY_MS);
  try {
    client.stdin.write(
      supervisorInput({
        token: execution.token,
        preamble: preambleOf(execution),
        script: execution.action.script,
        variables: { ...UNATTENDED, ...options.variables },
      }),
    );
    execution.signal.addEventListener('abort', onAbort, { once: true });
    if (execution.signal.aborted) onAbort();
    await over;
  } finally {
    clearTimeout(timer);
    clearInterval(alive);
    asked.abort();
    execution.signal.removeEventListener('abort', onAbort);
  }
  const verdict = status.ended() ? status.after().split('\n')[0] : undefined;
  if (verdict === undefined) return connectionLost(session, execution, options, ended);
  await Promise.race([client.exited, sleep(FAREWELL_MS, undefined, { ref: false })]);
  const refusal = REFUSALS[verdict];
  if (refusal !== undefined)
    return { outcome: 'failed', exitCode: null, reason: `target ${options.target.name}: ${refusal}` };
  return judgeExit(exitOf(Number(verdict), session.told()), ended, session.told(), execution);
}

/** What a shell tells of a child that a signal ended; a script that ended by itself has told more than its code. */
function exitOf(code: number, told: string): { code: number | null; signal: NodeJS.Signals | null } {
  if (code <= SIGNAL_EXIT || told !== '') return { code, signal: null };
  const named = Object.entries(constants.signals).find(([, number]) => number === code - SIGNAL_EXIT);
  return { code, signal: (named?.[0] as NodeJS.Signals | undefined) ?? null };
}

/** The step was under way, and nothing is known of how it went on. */
async function connectionLost(
  { client, output, status }: Session,
  { token }: StepExecution<ShellAction>,
  { target, environment }: SshOptions,
  ended: 'timed-out' | 'cancelled' | null,
): Promise<StepResult> {
  const how = ended === null ? client.explain(`${status.started() ? '' : status.before()}${output.after()}`) : null;
  client.close();
  const gone = await endOverSsh({ target, token, environment });
  if (ended !== null && gone) {
    const reason = ended === 'cancelled' ? 'ended on request' : 'not done in time: ended';
    return { outcome: ended, exitCode: null, reason: `${reason}, over a second connection to ${target.name}` };
  }
  const lost =
    how === null
      ? `it was to be ended (${ended}), but ${target.name} did not answer`
      : `the connection to ${target.name} was lost while it ran (${how})`;
  const left = gone ? 'what was left of it there has been ended' : `it may still be running on ${target.name}`;
  return { outcome: 'failed', exitCode: null, reason: `${lost}; ${left}`, uncertain: true };
}
