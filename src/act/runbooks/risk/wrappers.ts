import { DYNAMIC, plainWord, type ShellWord } from './shell-words.ts';
import { ENTERED, type Judge, NO_INPUT, openBraces } from './special-call.ts';
import { HARMLESS } from './verdict.ts';

/** How many words of its own a wrapper has before the command it runs. */
type Wrapper = { valueOptions?: readonly string[]; ownWords?: number };
export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
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
      if (wrapper.valueOptions?.includes(value)) at++;
      continue;
    }
    if (/^[A-Za-z_]\w*=/.test(value)) continue;
    if (own === 0) break;
    own--;
  }
  return args.slice(at);
}

/** `sudo -u x timeout 5 CMD`: the class of what is wrapped. */
export const judgeWrapped: Judge = async ({ name, args, input, judging }) => {
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
  return judging.command(words, fed ? NO_INPUT : input);
};
