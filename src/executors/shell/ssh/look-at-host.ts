import { randomBytes } from 'node:crypto';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import { READY_WITHIN_MS } from './end-over-ssh.ts';
import { endMark, farCommand, lookInput, startMark } from './far-side.ts';
import { createMarkReader } from './mark-reader.ts';
import { startSsh } from './ssh-client.ts';
import type { SshTarget } from './ssh-settings.ts';

/** How a host looks to a step: which bash runs it, and whether its processes can be told from others. */
export type HostLook =
  | { reached: true; bash: string; account: string; seesProcesses: boolean }
  | { reached: false; why: string };

/** Logs in as a step would, and changes nothing. Throws nothing. */
export async function lookAtHost(target: SshTarget, environment: NodeJS.ProcessEnv): Promise<HostLook> {
  const nonce = randomBytes(16).toString('hex');
  try {
    const client = await startSsh({ target, environment, token: nonce, command: farCommand(nonce) });
    const status = createMarkReader({ start: startMark(nonce), end: endMark(nonce) }, () => {});
    client.stderr.on('data', (chunk: Buffer) => status.write(chunk));
    client.stdout.resume();
    client.stdin.end(lookInput());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, READY_WITHIN_MS, 'late');
    });
    const first = await Promise.race([client.exited, late]);
    clearTimeout(timer);
    const why =
      first === 'late' ? `no shell there within ${READY_WITHIN_MS / 1_000} s` : client.explain(status.before());
    client.close();
    if (!status.ended()) return { reached: false, why };
    const [bash = '', account = '', processes] = status.after().trim().split(' ');
    return { reached: true, bash, account, seesProcesses: processes === 'proc' };
  } catch (thrown) {
    return { reached: false, why: messageOf(thrown) };
  }
}
