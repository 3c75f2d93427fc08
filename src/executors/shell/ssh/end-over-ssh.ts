import { randomBytes } from 'node:crypto';
import { enderInput, endMark, FAR_END_WITHIN_MS, farCommand, startMark } from './far-side.ts';
import { createMarkReader } from './mark-reader.ts';
import { startSsh } from './ssh-client.ts';
import type { SshTarget } from './ssh-settings.ts';

/** From the start of the client to the word of a shell on the far side: the way, keys, login, over all hosts. */
export const READY_WITHIN_MS = 30_000;

const ALL_ENDED = '0';

/**
 * Ends what an attempt left running on a host, found by its token, and keeps the attempt from beginning there afterwards.
 * Throws nothing.
 * @returns true when nothing of it runs there any more; false when the host could not be reached or looked at
 */
export async function endOverSsh(options: {
  target: SshTarget;
  token: string;
  environment: NodeJS.ProcessEnv;
}): Promise<boolean> {
  const nonce = randomBytes(16).toString('hex');
  try {
    const client = await startSsh({ ...options, token: nonce, command: farCommand(nonce) });
    const status = createMarkReader({ start: startMark(nonce), end: endMark(nonce) }, () => {});
    client.stderr.on('data', (chunk: Buffer) => status.write(chunk));
    client.stdout.resume();
    client.stdin.end(enderInput(options.token));
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      client.exited,
      new Promise((resolve) => {
        timer = setTimeout(resolve, READY_WITHIN_MS + FAR_END_WITHIN_MS);
      }),
    ]);
    clearTimeout(timer);
    client.close();
    return status.after().trim() === ALL_ENDED;
  } catch {
    return false;
  }
}
