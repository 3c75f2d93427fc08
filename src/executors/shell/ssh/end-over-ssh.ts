import { askOverSsh } from './ask-over-ssh.ts';
import { enderInput, FAR_END_WITHIN_MS } from './far-side.ts';
import type { SshTarget } from './ssh-settings.ts';

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
  const { target, token, environment } = options;
  const answer = await askOverSsh({ target, environment, input: enderInput(token), workMs: FAR_END_WITHIN_MS });
  return 'said' in answer && answer.said === ALL_ENDED;
}
