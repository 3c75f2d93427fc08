import { findProgram } from '../../platform/process/find-program.ts';

/** How far a step is kept from the machine it runs on. */
export type Isolation = {
  /** `bubblewrap` shows it the files read-only; `none` lets it do what Holdfast's user may. */
  kind: 'none' | 'bubblewrap';
  /** Folders it may write to besides a /tmp of its own. */
  writable: readonly string[];
};

/**
 * The command line that runs bash in isolation: the machine's files read-only, /tmp its own, no sight of other
 * processes' devices; network and credentials as they are, because a runbook that reaches nothing repairs nothing. It
 * shares the process table, by which a lost step is found and ended.
 * @returns null when bubblewrap is asked for and not installed: then nothing is run, rather than without it
 */
export function isolatedCommand(
  isolation: Isolation,
  path: string | undefined,
  /** Files of this step that lie in /tmp and must be seen. */
  visible: readonly string[],
): { program: string; args: string[] } | null {
  const bash = ['bash'];
  if (isolation.kind === 'none') return { program: 'bash', args: [] };
  const program = findProgram('bwrap', path);
  if (program === null) return null;
  const args = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'];
  for (const file of visible) args.push('--ro-bind', file, file);
  for (const folder of isolation.writable) args.push('--bind', folder, folder);
  return { program, args: [...args, '--', ...bash] };
}
