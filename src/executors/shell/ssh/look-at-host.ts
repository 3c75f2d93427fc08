import { askOverSsh } from './ask-over-ssh.ts';
import { lookInput } from './far-side.ts';
import type { SshTarget } from './ssh-settings.ts';

/** How a host looks to a step: which bash runs it, and whether its processes can be told from others. */
export type HostLook =
  | { reached: true; bash: string; account: string; seesProcesses: boolean }
  | { reached: false; why: string };

/** Logs in as a step would, and changes nothing. Throws nothing. */
export async function lookAtHost(target: SshTarget, environment: NodeJS.ProcessEnv): Promise<HostLook> {
  const answer = await askOverSsh({ target, environment, input: lookInput(), workMs: 0 });
  if ('why' in answer) return { reached: false, why: answer.why };
  const [bash = '', account = '', processes] = answer.said.split(' ');
  return { reached: true, bash, account, seesProcesses: processes === 'proc' };
}
