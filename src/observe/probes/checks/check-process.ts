import { readdir, readFile } from 'node:fs/promises';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import type { ProbeCheck, ProcessProbe } from '../probe-spec.ts';

/** Healthy when the process of the pid file exists, or one whose command line contains `match`. */
export const checkProcess: ProbeCheck<ProcessProbe> = async (spec) => {
  try {
    if (spec.pidFile !== null) {
      const pid = Number((await readFile(spec.pidFile, 'utf8')).split('\n')[0]?.trim());
      if (!Number.isInteger(pid) || pid <= 0) return { healthy: false, reason: `${spec.pidFile} holds no pid` };
      return isRunning(pid)
        ? { healthy: true, reason: `process ${pid} runs` }
        : { healthy: false, reason: `process ${pid} of ${spec.pidFile} is gone` };
    }
    const pid = await findByCommandLine(spec.match ?? '');
    return pid === null
      ? { healthy: false, reason: `no process matches "${spec.match}"` }
      : { healthy: true, reason: `process ${pid} runs` };
  } catch (thrown) {
    return { healthy: false, reason: messageOf(thrown) };
  }
};

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function findByCommandLine(match: string): Promise<number | null> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (line.replaceAll('\0', ' ').includes(match)) return Number(entry);
  }
  return null;
}
