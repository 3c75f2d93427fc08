import type { StandardInput } from './shell-words.ts';
import { ENTERED, type Judge, type Judging, valuesOf } from './special-call.ts';
import { HARMLESS, riskiest, type Verdict } from './verdict.ts';
import { afterWrapper } from './wrappers.ts';

/** A shell given its script as `-c TEXT`, on standard input, in a file, or not at all. */
export const judgeShell: Judge = async ({ name, args, input, judging }) => {
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg.value));
  if (at >= 0) {
    const script = args[at + 1];
    if (script === undefined) return ENTERED;
    return judging.script(script.value);
  }
  const file = args.find((arg) => !arg.value.startsWith('-') && !arg.value.startsWith('+'));
  if (file !== undefined) return { class: 'opaque', reason: `${name} runs a script nobody here has read` };
  return judgeScriptOnInput(name, input, judging);
};

export async function judgeScriptOnInput(name: string, input: StandardInput, judging: Judging): Promise<Verdict> {
  if (input.text !== null) return judging.script(input.text);
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
export const judgeSsh: Judge = async ({ name, args, input, judging }) => {
  const inner = afterWrapper({ valueOptions: SSH_OPTIONS, ownWords: 1 }, args);
  if (inner.length > 0) {
    const verdict = await judging.script(valuesOf(inner).join(' '));
    if (!/\b(?:ba|z|da|k)?sh\b/.test(valuesOf(inner).join(' '))) return verdict;
    return input.text === null ? verdict : riskiest([verdict, await judging.script(input.text)]);
  }
  if (args.some((arg) => arg.value === '-V')) return HARMLESS;
  return judgeScriptOnInput(name, input, judging);
};

export const judgeEval: Judge = async ({ args, judging }) => judging.script(valuesOf(args).join(' '));

export const judgeSu: Judge = async ({ args, judging }) => {
  const at = args.findIndex((arg) => arg.value === '-c' || arg.value === '--command');
  const script = at < 0 ? undefined : args[at + 1];
  return script === undefined ? ENTERED : judging.script(script.value);
};

export const judgeWatch: Judge = async ({ args, judging }) => {
  const inner = afterWrapper({ valueOptions: ['-n', '--interval'] }, args);
  return inner.length === 0 ? HARMLESS : judging.script(valuesOf(inner).join(' '));
};

export const judgeTrap: Judge = async ({ args, judging }) => {
  const script = args.find((arg) => !arg.value.startsWith('-'));
  return script === undefined ? HARMLESS : judging.script(script.value);
};
