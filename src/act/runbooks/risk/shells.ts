import { judgeScriptOnInput } from './script-on-input.ts';
import { ENTERED, type Judge, optionValue, valuesOf } from './special-call.ts';
import { HARMLESS } from './verdict.ts';
import { afterWrapper } from './wrappers.ts';

/** A shell given its script as `-c TEXT`, on standard input, in a file, or not at all. */
export const judgeShell: Judge = async ({ name, args, input, judging }) => {
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg.value));
  if (at >= 0) {
    const script = args[at + 1];
    if (script === undefined) return ENTERED;
    return judging.script(script.value, input);
  }
  if (args.some((arg) => arg.value === '--version' || arg.value === '--help')) return HARMLESS;
  const reads = args.some((arg) => /^-[a-z]*s$/.test(arg.value));
  const file = reads ? undefined : args.find((arg) => !/^[-+]/.test(arg.value) && arg.value !== '/dev/stdin');
  if (file !== undefined) {
    const onlyParses = args.some((arg) => arg.value === '-n');
    return onlyParses
      ? { class: 'check', reason: `${name} -n only reads the script` }
      : { class: 'opaque', reason: `${name} runs a script nobody here has read` };
  }
  return judgeScriptOnInput(name, input, judging);
};

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
export const judgeSsh: Judge = async ({ name, args, input, judging }) => {
  const inner = afterWrapper({ valueOptions: SSH_OPTIONS, ownWords: 1 }, args);
  if (inner.length > 0) return judging.script(valuesOf(inner).join(' '), input);
  const given = valuesOf(args);
  if (given.some((arg) => /^-(?:V|G|Q)/.test(arg))) return HARMLESS;
  const control = optionValue(given, ['-O']);
  if (control !== undefined) return { class: 'change', reason: 'ssh -O manages a shared connection' };
  // `-N` forwards ports and runs nothing.
  if (given.some((arg) => /^-[A-Za-z]*N[A-Za-z]*$/.test(arg)))
    return { class: 'read', reason: 'ssh -N opens a local door to the other host' };
  return judgeScriptOnInput(name, input, judging);
};

export const judgeEval: Judge = async ({ args, judging }) =>
  args.length === 1 && PRINTS_VARIABLES.test(args[0]!.raw)
    ? { class: 'read', reason: 'sets variables of its own shell' }
    : judging.script(valuesOf(args).join(' '));

/** Programs that print variables for the shell they are called from, as their manuals tell people to use them. */
const PRINTS_VARIABLES =
  /^"?\$\((?:ssh-agent(?: -s)?|minikube(?: -p [\w-]+)? docker-env(?: -u)?|docker-machine env [\w-]+|(?:[\w/]+\/)?brew shellenv|opam env|rbenv init -|pyenv init -|direnv (?:hook|export) \w+|aws configure export-credentials(?: --profile [\w-]+)? --format env|dircolors(?: -b)?|[\w-]+ completion \w+|k3d kubeconfig print|podman-machine env)\)"?$/;

/** `su - user -c TEXT`, `runuser -u user -- COMMAND`, `su user <<EOF`. */
export const judgeSu: Judge = async ({ name, args, input, judging }) => {
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg.value) || arg.value === '--command');
  if (at >= 0) {
    const script = args[at + 1];
    return script === undefined ? ENTERED : judging.script(script.value, input);
  }
  const joined = args.find((arg) => arg.value.startsWith('--command='));
  if (joined !== undefined) return judging.script(joined.value.slice('--command='.length), input);
  if (name === 'runuser') {
    const inner = afterWrapper({ valueOptions: ['-u', '--user', '-g', '--group', '-s', '--shell'] }, args);
    if (inner.length > 0 && args.some((arg) => /^(?:-u|--user)/.test(arg.value))) return judging.command(inner, input);
  }
  return judgeScriptOnInput(name, input, judging);
};

export const judgeWatch: Judge = async ({ args, judging }) => {
  const inner = afterWrapper({ valueOptions: ['-n', '--interval'] }, args);
  return inner.length === 0 ? HARMLESS : judging.script(valuesOf(inner).join(' '));
};

export const judgeTrap: Judge = async ({ args, judging }) => {
  const script = args.find((arg) => !arg.value.startsWith('-'));
  return script === undefined ? HARMLESS : judging.script(script.value);
};

/** An alias does nothing yet, but one that stands for a removal is a trap for whoever uses it. */
export const judgeAlias: Judge = async ({ args, judging }) => {
  for (const arg of args) {
    const at = arg.value.indexOf('=');
    if (at <= 0) continue;
    const verdict = await judging.script(arg.value.slice(at + 1));
    if (verdict.class === 'destroy') return verdict;
  }
  return { class: 'read', reason: 'gives a command another name in its own shell' };
};
