import { execFile } from 'node:child_process';
import type { CommandProbe, ProbeCheck } from '../probe-spec.ts';

const MOST_OUTPUT_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 200;

/** Healthy when the command exits 0. It runs without a shell and sees PATH, HOME and LANG only. */
export function createCommandCheck(environment: NodeJS.ProcessEnv): ProbeCheck<CommandProbe> {
  const env: NodeJS.ProcessEnv = {};
  for (const name of ['PATH', 'HOME', 'LANG']) if (environment[name] !== undefined) env[name] = environment[name];
  return (spec, signal) =>
    new Promise((resolve) => {
      const [file, ...args] = spec.command;
      execFile(
        file,
        args,
        { env, signal, timeout: spec.timeoutMs, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES },
        (error, stdout, stderr) => {
          const said = (stderr || stdout).trim().slice(0, SHOWN_CHARACTERS);
          if (!error) return resolve({ healthy: true, reason: said || 'exit code 0' });
          const why = error.killed
            ? `not done within ${spec.timeoutMs} ms`
            : typeof error.code === 'number'
              ? `exit code ${error.code}`
              : error.message;
          resolve({ healthy: false, reason: said ? `${why}: ${said}` : why });
        },
      );
    });
}
