import { randomBytes } from 'node:crypto';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import { endMark, farCommand, startMark } from './far-side.ts';
import { createMarkReader } from './mark-reader.ts';
import { startSsh } from './ssh-client.ts';
import type { SshTarget } from './ssh-settings.ts';

/** From the start of the client to the word of a shell on the far side: the way, keys, login, over all hosts. */
export const READY_WITHIN_MS = 30_000;

/** What the far side said at its end, or why it said nothing. */
export type FarAnswer = { said: string } | { why: string };

/**
 * Logs in, hands a program to the shell there and waits for its last word. Throws nothing.
 * @param input what the program and its fields are, as far-side.ts writes them
 * @param workMs how long the program itself may take
 */
export async function askOverSsh(options: {
  target: SshTarget;
  environment: NodeJS.ProcessEnv;
  input: Buffer;
  workMs: number;
}): Promise<FarAnswer> {
  // A token of its own: whoever ends an attempt by its token does not end this.
  const nonce = randomBytes(16).toString('hex');
  try {
    const client = await startSsh({ ...options, token: nonce, command: farCommand(nonce) });
    const status = createMarkReader({ start: startMark(nonce), end: endMark(nonce) }, () => {});
    client.stderr.on('data', (chunk: Buffer) => status.write(chunk));
    // Its last word may still be on the way to us when the client is gone.
    const heard = new Promise((resolve) => client.stderr.once('close', resolve));
    client.stdout.resume();
    client.stdin.end(options.input);
    const withinMs = READY_WITHIN_MS + options.workMs;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, withinMs, 'late');
    });
    const first = await Promise.race([Promise.all([client.exited, heard]), late]);
    clearTimeout(timer);
    const why = first === 'late' ? `no answer within ${withinMs / 1_000} s` : client.explain(status.before());
    client.close();
    return status.ended() ? { said: status.after().trim() } : { why };
  } catch (thrown) {
    return { why: messageOf(thrown) };
  }
}
