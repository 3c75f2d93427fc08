import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bad, type Examined, good, warning } from './examined.ts';

const run = promisify(execFile);
const PROGRAM_TIMEOUT_MS = 5_000;
const LOWEST_NODE = [24, 7] as const;

/** What steps call, and what for. */
const PROGRAMS = [
  {
    name: 'bash',
    needed: true,
    use: 'Shell steps run in it',
    advice: 'Install bash; shell steps cannot run without it.',
  },
  {
    name: 'psql',
    needed: false,
    use: 'Steps that call psql themselves need it; SQL steps do not',
    advice: 'Install a PostgreSQL client if runbooks call psql.',
  },
] as const;

/** Node and the programs steps call. */
export async function examineMachine(environment: NodeJS.ProcessEnv): Promise<Examined[]> {
  return [
    examineNode(process.versions.node),
    ...(await Promise.all(PROGRAMS.map((program) => examineProgram(program, environment)))),
  ];
}

/** @param version as `process.versions.node` gives it */
export function examineNode(version: string): Examined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = LOWEST_NODE;
  const enough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  if (enough) return good('node', `Node ${version}`);
  return bad(
    'node',
    `Node ${version} is older than ${LOWEST_NODE.join('.')}`,
    'Start Holdfast by its own launcher (npx holdfast), which brings the right one, or install Node 24.',
  );
}

async function examineProgram(program: (typeof PROGRAMS)[number], environment: NodeJS.ProcessEnv): Promise<Examined> {
  try {
    const { stdout } = await run(program.name, ['--version'], { env: environment, timeout: PROGRAM_TIMEOUT_MS });
    return good(program.name, stdout.split('\n')[0]?.trim() || 'there');
  } catch {
    const text = `${program.name} is not on the PATH. ${program.use}`;
    return program.needed ? bad(program.name, text, program.advice) : warning(program.name, text, program.advice);
  }
}
