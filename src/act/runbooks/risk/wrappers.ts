import { judgeScriptOnInput } from './script-on-input.ts';
import { DYNAMIC, plainWord, type ShellWord } from './shell-words.ts';
import { ENTERED, type Judge, NO_INPUT, openBraces, optionValue } from './special-call.ts';
import { HARMLESS, riskiest, type Verdict } from './verdict.ts';

const TRACERS = new Set(['strace', 'ltrace']);
const ATTACHES: Verdict = { class: 'change', reason: 'a tracer slows the process it is attached to' };

/** How many words of its own a wrapper has before the command it runs; with `assigns`, `A=b` before it is none of it. */
type Wrapper = { valueOptions?: readonly string[]; ownWords?: number; assigns?: true };
export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: {
    assigns: true,
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
  doas: { assigns: true, valueOptions: ['-u', '-C'] },
  env: { assigns: true, valueOptions: ['-u', '-C', '--unset', '--chdir'] },
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
  ...Object.fromEntries(
    'envdir gosu su-exec s6-setuidgid setuidgid faketime cgexec chrt prlimit sshpass retry'
      .split(' ')
      .map((name) => [name, { valueOptions: ['-g', '-p', '-f', '-n', '-d', '-t'], ownWords: 1 }]),
  ),
  // These have no word of their own, or only options with values.
  cgexec: { valueOptions: ['-g'] },
  prlimit: { valueOptions: ['-p', '--pid'] },
  sshpass: { valueOptions: ['-p', '-f', '-d', '-P'] },
  retry: { valueOptions: ['-t', '--times', '-d', '--delay', '-m', '--max', '--min'] },
  chpst: { valueOptions: ['-u', '-U', '-b', '-e', '-m', '-d', '-o', '-p', '-f', '-c', '-r', '-t'] },
  unshare: { valueOptions: ['-S', '-G', '--setuid', '--setgid'] },
  numactl: { valueOptions: ['-N', '-m', '-C', '--cpunodebind', '--membind', '--physcpubind', '--interleave'] },
  'systemd-run': {
    valueOptions: [
      '-p',
      '--property',
      '-u',
      '--unit',
      '--uid',
      '--gid',
      '--on-calendar',
      '--on-active',
      '-M',
      '--slice',
    ],
  },
  'systemd-inhibit': { valueOptions: ['--what', '--who', '--why', '--mode'] },
  proxychains: { valueOptions: ['-f'] },
  proxychains4: { valueOptions: ['-f'] },
  torsocks: {},
  toolbox: { valueOptions: ['--bind', '--bind-ro'] },
  eatmydata: {},
  catchsegv: {},
  linux64: {},
  setarch: { ownWords: 1 },
  'dumb-init': {},
  tini: {},
  rlwrap: {},
  pkexec: { valueOptions: ['--user'] },
  not: {},
  noglob: {},
  nocorrect: {},
  coproc: {},
};

/** The words after a wrapper's own options, assignments and words. */
export function afterWrapper(wrapper: Wrapper, args: readonly ShellWord[]): readonly ShellWord[] {
  let at = 0;
  let own = wrapper.ownWords ?? 0;
  for (; at < args.length; at++) {
    const value = args[at]!.value;
    if (value === '--') {
      at++;
      break;
    }
    if (value.startsWith('-') && value !== '-') {
      if (takesNextWord(wrapper.valueOptions ?? [], value)) at++;
      continue;
    }
    if (wrapper.assigns && /^[A-Za-z_]\w*=/.test(value)) continue;
    if (own === 0) break;
    own--;
  }
  return args.slice(at);
}

/** `-u x` and `--user x` do, `-ux` and `--user=x` do not; in `-iu x` the last letter does. */
function takesNextWord(valueOptions: readonly string[], option: string): boolean {
  if (valueOptions.includes(option)) return true;
  if (option.startsWith('--') || !/^-[A-Za-z]+$/.test(option)) return false;
  const letter = [...option.slice(1)].findIndex((each) => valueOptions.includes(`-${each}`));
  return letter >= 0 && letter === option.length - 2;
}

/** `sudo -u x timeout 5 CMD`: the class of what is wrapped. */
export const judgeWrapped: Judge = async ({ name, args, input, judging }) => {
  const inner = afterWrapper(WRAPPERS[name]!, args);
  if (name === 'env') {
    const split = optionValue(
      args.map((arg) => arg.value),
      ['-S', '--split-string'],
    );
    if (split !== undefined) return judging.script(split, input);
  }
  if (name === 'command' && args.some((arg) => arg.value === '-v' || arg.value === '-V')) return HARMLESS;
  if (inner.length === 0) {
    const entersShell = name === 'sudo' && args.some((arg) => ['-i', '-s', '--login', '--shell'].includes(arg.value));
    if (entersShell || name === 'chroot' || name === 'nsenter' || name === 'unshare') return ENTERED;
    if (TRACERS.has(name)) return ATTACHES;
    // `xargs` alone echoes what it is given; `parallel` alone runs every line as a command.
    if (name === 'parallel' && input.from !== 'nothing') return judgeScriptOnInput(name, input, judging);
    return { class: 'read', reason: `${name} runs nothing here` };
  }
  const fed = name === 'xargs' || name === 'parallel';
  // What arrives on standard input becomes further words, and could be options or a verb.
  const words = fed ? [...inner.map(openBraces), plainWord(DYNAMIC)] : inner;
  // parallel hands its words to a shell.
  if (name === 'parallel' && inner.length > 0 && /[\s;|]/.test(inner[0]!.value))
    return judging.script(inner.map((word) => word.value.replaceAll('{}', DYNAMIC)).join(' '));
  const wrapped = await judging.command(words, fed ? NO_INPUT : input);
  // Attaching a tracer slows or stops what it is attached to.
  return TRACERS.has(name) ? riskiest([wrapped, ATTACHES]) : wrapped;
};
