import { spawn } from 'node:child_process';
import { SEARCH_PATH } from './server-account.ts';

/**
 * Waits for the end of its input, which comes when Holdfast ends in whatever way, then shuts the server down and
 * removes the socket folder. It looks at the working directory first (where /proc shows it), lest the pid belong to
 * someone else by then. $1 pid, $2 cluster folder, $3 socket folder.
 */
const SCRIPT = `
read -r line && exit 0
if [ -d /proc/self ] && [ "$(readlink "/proc/$1/cwd")" != "$2" ]; then exit 0; fi
kill -INT "$1" || exit 0
n=0
while kill -0 "$1" && [ $n -lt 300 ]; do sleep 0.1; n=$((n + 1)); done
kill -0 "$1" && exit 0
rm -f "$3"/.s.PGSQL.*
rm -f "$3"/lib*
rmdir "$3"
`;

/**
 * Ties a server's life to ours: after `kill -9` of Holdfast nothing else would end it before the next start.
 * The returned function lets the guard go, for a server that has ended.
 */
export function guardAgainstOrphan(pid: number, clusterDir: string, socketDir: string): () => void {
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'holdfast-guard', String(pid), clusterDir, socketDir], {
    // A session of its own: Ctrl-C in the terminal must not end the guard before us.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: SEARCH_PATH },
  });
  // Without a guard the next start still finds the orphan; a guard is never a reason to fail.
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  if ('unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref();
  return () => guard.stdin.end('done\n');
}
