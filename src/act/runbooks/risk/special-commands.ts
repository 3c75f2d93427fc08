import { TOOLS } from '../risk-table/index.ts';
import { MANIFEST_TAKES_AWAY } from '../risk-table/kubernetes.ts';
import type { RiskTool } from '../risk-table/rule.ts';
import { judgeHttpClient } from './classify-http.ts';
import { classifyScript, type Judging, judgeCommand, judgeWrite } from './classify-shell.ts';
import { classifySql } from './classify-sql.ts';
import { judgeByRules, readCalls } from './match-rule.ts';
import { DYNAMIC, plainWord, type ShellWord, type StandardInput } from './shell-words.ts';
import { HARMLESS, riskiest, type Verdict } from './verdict.ts';

export type SpecialCall = { name: string; args: readonly ShellWord[]; input: StandardInput; judging: Judging };
type Judge = (call: SpecialCall) => Verdict | Promise<Verdict>;

const NO_INPUT: StandardInput = { from: 'nothing', text: null };
const ENTERED: Verdict = {
  class: 'opaque',
  reason: 'it only opens a shell; what is typed there is not written here',
  byHand: true,
};

const deeper = (judging: Judging): Judging => ({ ...judging, depth: judging.depth + 1 });
const valuesOf = (words: readonly ShellWord[]) => words.map((word) => word.value);

/** How many words of its own a wrapper has before the command it runs. */
type Wrapper = { valueOptions?: readonly string[]; ownWords?: number };
const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: {
    valueOptions: [
      '-u',
      '-g',
      '-h',
      '-p',
      '-C',
      '-D',
      '-R',
      '-T',
      '-U',
      '--user',
      '--group',
      '--host',
      '--prompt',
      '--chdir',
    ],
  },
  doas: { valueOptions: ['-u', '-C'] },
  env: { valueOptions: ['-u', '-C', '--unset', '--chdir'] },
  time: { valueOptions: ['-f', '-o'] },
  nohup: {},
  timeout: { valueOptions: ['-k', '-s', '--kill-after', '--signal'], ownWords: 1 },
  nice: { valueOptions: ['-n', '--adjustment'] },
  ionice: { valueOptions: ['-c', '-n', '-p', '--class', '--classdata'] },
  stdbuf: { valueOptions: ['-i', '-o', '-e'] },
  setsid: {},
  unbuffer: {},
  caffeinate: {},
  command: {},
  builtin: {},
  exec: { valueOptions: ['-a'] },
  flock: { valueOptions: ['-w', '-E', '--timeout'], ownWords: 1 },
  chroot: { ownWords: 1 },
  nsenter: { valueOptions: ['-t', '--target', '-S', '-G'] },
  taskset: { ownWords: 1 },
  strace: { valueOptions: ['-e', '-o', '-p', '-s', '-u', '-P', '-O', '-S', '-a', '-E'] },
  ltrace: { valueOptions: ['-e', '-o', '-p', '-s', '-u', '-n', '-a'] },
  chronic: {},
  xargs: {
    valueOptions: [
      '-n',
      '-I',
      '-P',
      '-L',
      '-d',
      '-a',
      '-s',
      '-E',
      '--max-args',
      '--max-procs',
      '--replace',
      '--delimiter',
      '--arg-file',
      '--max-lines',
    ],
  },
  parallel: { valueOptions: ['-j', '--jobs', '-a', '--colsep', '-n', '--delay', '--joblog'] },
};

/** The words after a wrapper's own options, assignments and words. */
function afterWrapper(wrapper: Wrapper, args: readonly ShellWord[]): readonly ShellWord[] {
  let at = 0;
  let own = wrapper.ownWords ?? 0;
  for (; at < args.length; at++) {
    const value = args[at]!.value;
    if (value === '--') {
      at++;
      break;
    }
    if (value.startsWith('-') && value !== '-') {
      if (wrapper.valueOptions?.includes(value)) at++;
      continue;
    }
    if (/^[A-Za-z_]\w*=/.test(value)) continue;
    if (own === 0) break;
    own--;
  }
  return args.slice(at);
}

const judgeWrapped: Judge = async ({ name, args, input, judging }) => {
  const inner = afterWrapper(WRAPPERS[name]!, args);
  if (name === 'command' && args.some((arg) => arg.value === '-v' || arg.value === '-V')) return HARMLESS;
  if (inner.length === 0) {
    const entersShell = name === 'sudo' && args.some((arg) => ['-i', '-s', '--login', '--shell'].includes(arg.value));
    return entersShell || name === 'chroot' || name === 'nsenter'
      ? ENTERED
      : { class: 'read', reason: `${name} runs nothing here` };
  }
  const fed = name === 'xargs' || name === 'parallel';
  // What arrives on standard input becomes further words, and could be options or a verb.
  const words = fed ? [...inner.map(openBraces), plainWord(DYNAMIC)] : inner;
  return judgeCommand(words, fed ? NO_INPUT : input, deeper(judging));
};

const openBraces = (word: ShellWord): ShellWord => ({ ...word, value: word.value.replaceAll('{}', DYNAMIC) });

/** A shell given its script as `-c TEXT`, on standard input, in a file, or not at all. */
const judgeShell: Judge = async ({ name, args, input, judging }) => {
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg.value));
  if (at >= 0) {
    const script = args[at + 1];
    if (script === undefined) return ENTERED;
    return classifyScript(script.value, judging.depth + 1);
  }
  const file = args.find((arg) => !arg.value.startsWith('-') && !arg.value.startsWith('+'));
  if (file !== undefined) return { class: 'opaque', reason: `${name} runs a script nobody here has read` };
  return judgeScriptOnInput(name, input, judging);
};

async function judgeScriptOnInput(name: string, input: StandardInput, judging: Judging): Promise<Verdict> {
  if (input.text !== null) return classifyScript(input.text, judging.depth + 1);
  if (input.from === 'nothing') return ENTERED;
  return { class: 'opaque', reason: `${name} runs whatever arrives on its standard input` };
}

const SSH_OPTIONS = [
  '-p',
  '-i',
  '-l',
  '-o',
  '-F',
  '-J',
  '-L',
  '-R',
  '-D',
  '-b',
  '-c',
  '-E',
  '-e',
  '-m',
  '-O',
  '-Q',
  '-S',
  '-W',
  '-w',
  '-B',
  '-I',
];

/** ssh joins its words and hands them to a shell on the other host, so they are read once more. */
const judgeSsh: Judge = async ({ name, args, input, judging }) => {
  const inner = afterWrapper({ valueOptions: SSH_OPTIONS, ownWords: 1 }, args);
  if (inner.length > 0) {
    const verdict = await classifyScript(valuesOf(inner).join(' '), judging.depth + 1);
    if (!/\b(?:ba|z|da|k)?sh\b/.test(valuesOf(inner).join(' '))) return verdict;
    return input.text === null ? verdict : riskiest([verdict, await classifyScript(input.text, judging.depth + 1)]);
  }
  if (args.some((arg) => arg.value === '-V')) return HARMLESS;
  return judgeScriptOnInput(name, input, judging);
};

const judgeEval: Judge = async ({ args, judging }) => classifyScript(valuesOf(args).join(' '), judging.depth + 1);

const judgeSu: Judge = async ({ args, judging }) => {
  const at = args.findIndex((arg) => arg.value === '-c' || arg.value === '--command');
  const script = at < 0 ? undefined : args[at + 1];
  return script === undefined ? ENTERED : classifyScript(script.value, judging.depth + 1);
};

const judgeWatch: Judge = async ({ args, judging }) => {
  const inner = afterWrapper({ valueOptions: ['-n', '--interval'] }, args);
  return inner.length === 0 ? HARMLESS : classifyScript(valuesOf(inner).join(' '), judging.depth + 1);
};

const judgeTrap: Judge = async ({ args, judging }) => {
  const script = args.find((arg) => !arg.value.startsWith('-'));
  return script === undefined ? HARMLESS : classifyScript(script.value, judging.depth + 1);
};

const judgeFind: Judge = async ({ args, judging }) => {
  const verdicts: Verdict[] = [{ class: 'read', reason: 'find lists files' }];
  for (let at = 0; at < args.length; at++) {
    const value = args[at]!.value;
    if (value === '-delete') verdicts.push({ class: 'destroy', reason: 'find -delete removes the files it finds' });
    if (/^-fprint|^-fls$/.test(value)) verdicts.push({ class: 'change', reason: 'find writes a file' });
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(value)) continue;
    const until = args.findIndex((arg, place) => place > at && (arg.value === ';' || arg.value === '+'));
    const inner = args.slice(at + 1, until < 0 ? args.length : until).map(openBraces);
    verdicts.push(await judgeCommand(inner, NO_INPUT, deeper(judging)));
  }
  return riskiest(verdicts);
};

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
const REMOTE: Readonly<Record<string, readonly Remote[]>> = {
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

const judgeContainerTool: Judge = async (call) => {
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
  return riskiest([await judgeCommand(inner, call.input, deeper(judging)), start]);
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

/** psql: its `-c` texts and its standard input are SQL; a file is SQL nobody here has read. */
const judgePsql: Judge = async ({ args, input }) => {
  const verdicts: Verdict[] = [];
  for (let at = 0; at < args.length; at++) {
    const value = args[at]!.value;
    const short = /^-[a-zA-Z]*c(.*)$/s.exec(value);
    if (value === '-c' || value === '--command' || (short !== null && short[1] === '' && !value.startsWith('--'))) {
      verdicts.push(await classifySql(args[++at]?.value ?? ''));
    } else if (value.startsWith('--command=')) verdicts.push(await classifySql(value.slice('--command='.length)));
    else if (/^-c./s.test(value)) verdicts.push(await classifySql(value.slice(2)));
    else if (/^(?:-f.*|--file(?:=.*)?)$/s.test(value)) {
      verdicts.push({ class: 'destroy', reason: 'psql runs a file of SQL that is not shown here' });
    } else if (/^(?:-l|--list|--version|-V|--help)$/.test(value))
      verdicts.push({ class: 'read', reason: 'psql lists databases' });
  }
  if (verdicts.length > 0) return riskiest(verdicts);
  if (input.text !== null) return classifySql(input.text);
  if (input.from === 'nothing') return ENTERED;
  return { class: 'destroy', reason: 'psql runs whatever SQL is fed to it' };
};

const judgeRedis: Judge = async ({ name, args, input }) => {
  const tool = TOOLS.get('redis-cli')!;
  const judgeLine = (words: readonly string[]) =>
    judgeByRules(
      tool,
      words.map((word) => (word.startsWith('-') ? word : word.toUpperCase())),
    );
  const [call] = readCalls(tool, valuesOf(args));
  if (call !== undefined && call.positionals.length > 0) return judgeLine(call.positionals);
  if (call?.options.some((option) => /^--(?:bigkeys|memkeys|hotkeys|scan|stat|latency.*|version|help)$/.test(option))) {
    return { class: 'read', reason: 'redis-cli samples keys and timings' };
  }
  if (call?.options.includes('--eval'))
    return { class: 'opaque', reason: 'redis-cli runs a script that is not shown here' };
  if (input.text !== null) {
    const lines = input.text.split('\n').filter((line) => line.trim() !== '');
    return riskiest(lines.map((line) => judgeLine(line.trim().split(/\s+/))));
  }
  return input.from === 'nothing' ? ENTERED : { class: 'opaque', reason: `${name} runs whatever is fed to it` };
};

const judgeTee: Judge = ({ args }) =>
  riskiest(args.filter((arg) => !arg.value.startsWith('-')).map((arg) => judgeWrite(arg.value, 'writes')));

const judgeDd: Judge = ({ args }) => {
  const out = args.find((arg) => arg.value.startsWith('of='));
  if (out === undefined) return { class: 'read', reason: 'dd reads' };
  return judgeWrite(out.value.slice(3), 'writes');
};

/** The client of a cluster runs other people's plugins as commands too, which the table does not know. */
export const SPECIAL_COMMANDS: Readonly<Record<string, Judge>> = {
  ...Object.fromEntries(Object.keys(WRAPPERS).map((name) => [name, judgeWrapped])),
  ...Object.fromEntries(['bash', 'sh', 'zsh', 'dash', 'ksh', 'ash'].map((name) => [name, judgeShell])),
  ...Object.fromEntries(Object.keys(REMOTE).map((name) => [name, judgeContainerTool])),
  ssh: judgeSsh,
  eval: judgeEval,
  su: judgeSu,
  runuser: judgeSu,
  watch: judgeWatch,
  trap: judgeTrap,
  find: judgeFind,
  psql: judgePsql,
  'redis-cli': judgeRedis,
  curl: judgeHttpClient,
  wget: judgeHttpClient,
  tee: judgeTee,
  dd: judgeDd,
};
