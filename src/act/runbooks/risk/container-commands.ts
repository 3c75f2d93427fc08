import { TOOLS } from '../risk-table/index.ts';
import { MANIFEST_TAKES_AWAY } from '../risk-table/kubernetes.ts';
import type { RiskTool } from '../risk-table/rule.ts';
import { judgeByRules, readCalls } from './match-rule.ts';
import type { ShellWord } from './shell-words.ts';
import { judgeScriptOnInput } from './shells.ts';
import { type Judge, type SpecialCall, valuesOf } from './special-call.ts';
import { riskiest, type Verdict } from './verdict.ts';
import { afterWrapper } from './wrappers.ts';

/** Tools that run a command in another container or machine: where that command begins. */
type Remote = { verb: RegExp; valueOptions: readonly string[]; ownWords: number };
const KUBECTL_EXEC_OPTIONS = [
  '-n',
  '--namespace',
  '-c',
  '--container',
  '--context',
  '--kubeconfig',
  '--cluster',
  '--user',
  '-f',
  '--pod-running-timeout',
  '-s',
  '--server',
  '--as',
  '--token',
];
const KUBECTL_RUN_OPTIONS = [
  ...KUBECTL_EXEC_OPTIONS,
  '--image',
  '--restart',
  '--overrides',
  '--env',
  '--labels',
  '-l',
  '--port',
  '--limits',
  '--requests',
  '--serviceaccount',
  '--target',
  '--copy-to',
  '--profile',
];
const DOCKER_EXEC_OPTIONS = [
  '-u',
  '--user',
  '-e',
  '--env',
  '-w',
  '--workdir',
  '--env-file',
  '--index',
  '-H',
  '--host',
  '-f',
  '--file',
  '-p',
  '--project-name',
  '--profile',
  '--context',
  '--detach-keys',
];
const DOCKER_RUN_OPTIONS = [
  ...DOCKER_EXEC_OPTIONS,
  '-v',
  '--volume',
  '--name',
  '--network',
  '--net',
  '-p',
  '--publish',
  '--entrypoint',
  '-m',
  '--memory',
  '--cpus',
  '--mount',
  '-l',
  '--label',
  '--restart',
  '--hostname',
  '-h',
  '--add-host',
  '--platform',
  '--pull',
  '--volumes-from',
  '--link',
  '--log-driver',
  '--log-opt',
  '--ulimit',
  '--cap-add',
  '--cap-drop',
  '--device',
  '--security-opt',
  '--shm-size',
  '--tmpfs',
  '--pid',
  '--ipc',
  '--ip',
  '--dns',
  '--expose',
  '--gpus',
];
export const REMOTE: Readonly<Record<string, readonly Remote[]>> = {
  kubectl: [
    { verb: /^exec$/, valueOptions: KUBECTL_EXEC_OPTIONS, ownWords: 1 },
    { verb: /^(?:run|debug)$/, valueOptions: KUBECTL_RUN_OPTIONS, ownWords: 1 },
  ],
  oc: [
    { verb: /^exec$/, valueOptions: KUBECTL_EXEC_OPTIONS, ownWords: 1 },
    { verb: /^rsh$/, valueOptions: KUBECTL_EXEC_OPTIONS, ownWords: 1 },
  ],
  docker: [
    { verb: /^exec$/, valueOptions: DOCKER_EXEC_OPTIONS, ownWords: 1 },
    { verb: /^run$/, valueOptions: DOCKER_RUN_OPTIONS, ownWords: 1 },
  ],
  podman: [
    { verb: /^exec$/, valueOptions: DOCKER_EXEC_OPTIONS, ownWords: 1 },
    { verb: /^run$/, valueOptions: DOCKER_RUN_OPTIONS, ownWords: 1 },
  ],
  'docker-compose': [{ verb: /^(?:exec|run)$/, valueOptions: DOCKER_EXEC_OPTIONS, ownWords: 1 }],
  crictl: [{ verb: /^exec$/, valueOptions: ['--timeout'], ownWords: 1 }],
};

export const judgeContainerTool: Judge = async (call) => {
  const { judging } = call;
  let { name, args } = call;
  // `docker compose …` and `docker container exec …` are the same commands under another roof.
  const first = args.findIndex((arg) => !arg.value.startsWith('-'));
  if (name === 'docker' && args[first]?.value === 'compose') {
    name = 'docker-compose';
    args = [...args.slice(0, first), ...args.slice(first + 1)];
  } else if (['docker', 'podman'].includes(name) && args[first]?.value === 'container') {
    args = [...args.slice(0, first), ...args.slice(first + 1)];
  }
  const tool = TOOLS.get(name)!;
  const verbs = readCalls(tool, valuesOf(args)).map((reading) => reading.positionals[0] ?? '');
  const remote = (REMOTE[name] ?? []).find((each) => verbs.some((verb) => each.verb.test(verb)));
  const own = ownVerdict(tool, name, call);
  if (remote === undefined) return own;
  const at = args.findIndex((arg) => remote.verb.test(arg.value));
  const inner = afterRemoteTarget(remote, args.slice(at + 1));
  const verb = args[at]!.value;
  const isExec = verb === 'exec' || verb === 'rsh';
  const start: Verdict = isExec
    ? { class: 'read', reason: `${name} ${verb} runs a command in a container` }
    : { class: 'change', reason: `${name} ${verb} starts a container` };
  // An image without a command runs the program it was built for, as every deployment does.
  if (inner.length === 0) return isExec ? judgeScriptOnInput(name, call.input, judging) : start;
  return riskiest([await judging.command(inner, call.input), start]);
};

/** A manifest on standard input can take a workload down as well as a patch can. */
function ownVerdict(tool: RiskTool, name: string, { args, input }: SpecialCall): Verdict {
  const own = judgeByRules(tool, valuesOf(args), name);
  if (own.class !== 'change' || input.text === null || !MANIFEST_TAKES_AWAY.test(input.text)) return own;
  return { class: 'destroy', reason: `the manifest given to ${name} takes a workload down or a guard away` };
}

function afterRemoteTarget(remote: Remote, args: readonly ShellWord[]): readonly ShellWord[] {
  const dashes = args.findIndex((arg) => arg.value === '--');
  const before = dashes < 0 ? args : args.slice(0, dashes);
  const inner = afterWrapper(remote, before);
  if (dashes < 0) return inner;
  return inner.length > 0 ? [...inner, ...args.slice(dashes + 1)] : args.slice(dashes + 1);
}
