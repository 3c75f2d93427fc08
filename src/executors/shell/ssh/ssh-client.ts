import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import { findProgram } from '../../../platform/process/find-program.ts';
import { TOKEN_VARIABLE } from '../../../platform/process/kill-by-token.ts';
import { type SshTarget, sshSettings } from './ssh-settings.ts';

const MOST_SHOWN_CHARS = 600;
/** Of Holdfast's own environment, what the client sees. */
const SEEN = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG'];
/** Exit code of a shell that does not find a program. */
const NOT_FOUND_EXIT = 127;

/** The client has a token beside the step's: where the far side is this very machine, ending the step must not end it. */
export const clientToken = (token: string) => `${token}-client`;

/** A connection to a host with one command on it. */
export type SshClient = {
  pid: number;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Never rejects; null when a signal ended it. */
  exited: Promise<number | null>;
  hasExited(): boolean;
  /** What the client said about the connection, in words for the operator. `noise`: what came on stderr beside it. */
  explain(noise: string): string;
  /** Ends the client and what it started; the far side is not asked. */
  close(): void;
};

/**
 * Starts the machine's own ssh client, as a process group of its own that carries the token of a client.
 * @throws Error in words for the operator when it cannot be started
 */
export async function startSsh(options: {
  target: SshTarget;
  command: string;
  token: string;
  environment: NodeJS.ProcessEnv;
}): Promise<SshClient> {
  const { target, environment } = options;
  const program = findProgram('ssh', environment['PATH']);
  if (program === null) throw new Error('no program ssh on the PATH: install an OpenSSH client on this machine');
  const settings = sshSettings(target);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ssh-'));
  const [config, log] = [join(folder, 'config'), join(folder, 'log')];
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    writeFileSync(config, settings, { mode: 0o600 });
    const child = spawn(program, ['-F', config, '-E', log, '-T', target.name, options.command], {
      env: {
        ...Object.fromEntries(SEEN.map((name) => [name, environment[name]])),
        [TOKEN_VARIABLE]: clientToken(options.token),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    // Whoever writes to a client that is gone learns it from its end.
    child.stdin.on('error', () => {});
    let said = '';
    let ended = false;
    const exited = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => {
        ended = true;
        said = readLog(log);
        remove();
        resolve(code);
      });
    });
    const { pid } = await hasStarted(child);
    return {
      pid,
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      exited,
      hasExited: () => ended,
      explain: (noise) => explainEnd(target, ended ? said : readLog(log), noise, child.exitCode),
      close: () => {
        if (!ended) endGroup(pid);
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      },
    };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}

function hasStarted(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<{ pid: number }> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve({ pid: child.pid ?? 0 }));
    child.once('error', (thrown) => reject(new Error(`ssh could not be started: ${messageOf(thrown)}`)));
  });
}

/** A jump is a client of its own, in the group of the first. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Nothing was said.
    return '';
  }
}

function explainEnd(target: SshTarget, log: string, noise: string, exitCode: number | null): string {
  const all = `${noise}\n${log}`;
  const place = `${target.user}@${target.host}:${target.port}`;
  const lines = all
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[@\s]+$/.test(line));
  const said = lines.join(' ').slice(-MOST_SHOWN_CHARS);
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(all)) {
    return `the host key of ${place}, or of a host on the way, is not the one in its known-hosts file (${target.knownHostsFile}): if the host was not set up anew, somebody may be in between. ${said}`;
  }
  if (/Host key verification failed|No \S+ host key is known/.test(all)) {
    return `the host key of ${place}, or of a host on the way, is not in its known-hosts file (${target.knownHostsFile}): compare its fingerprint on that host, then add it, as \`ssh-keyscan -p ${target.port} ${target.host}\` prints it. ${said}`;
  }
  if (/Permission denied/.test(all)) {
    return `${place} does not accept the key of ${target.identityFile ?? `the agent at ${target.agentSocket}`}: add its public half to that account's authorized_keys. ${said}`;
  }
  if (exitCode === NOT_FOUND_EXIT) return `${place} has no bash on its PATH, which steps need. ${said}`;
  return `${place}: ${said || 'the connection ended without a word'}`;
}
