import { DYNAMIC, type ShellWord, type StandardInput } from './shell-words.ts';
import type { Verdict } from './verdict.ts';

/** What judging one command needs from around it. `script` and `command` judge what is one shell or wrapper further in. */
export type Judging = {
  /** Functions the script defines: their bodies are judged where they stand, so calling them adds nothing. */
  functions: ReadonlySet<string>;
  aliases: ReadonlyMap<string, string>;
  /** Judges a text as bash; `input` is what arrives on that shell's standard input. */
  script(text: string, input?: StandardInput): Promise<Verdict>;
  command(words: readonly ShellWord[], input: StandardInput): Promise<Verdict>;
};

/** A command that rules alone cannot judge: its words without the name, and where its input comes from. */
export type SpecialCall = { name: string; args: readonly ShellWord[]; input: StandardInput; judging: Judging };
export type Judge = (call: SpecialCall) => Verdict | Promise<Verdict>;

export const NO_INPUT: StandardInput = { from: 'nothing', text: null };

/** A shell or client that is only opened. */
export const ENTERED: Verdict = {
  class: 'opaque',
  reason: 'it only opens a shell; what is typed there is not written here',
  byHand: true,
};

export const valuesOf = (words: readonly ShellWord[]): string[] => words.map((word) => word.value);

/** The value of the first of these options: `-c TEXT`, `--command TEXT`, `--command=TEXT`, `-cTEXT` where allowed. */
export function optionValue(args: readonly string[], names: readonly string[]): string | undefined {
  for (const [at, arg] of args.entries()) {
    for (const name of names) {
      if (arg === name) return args[at + 1] ?? '';
      if (name.startsWith('--') && arg.startsWith(`${name}=`)) return arg.slice(name.length + 1);
    }
  }
  return undefined;
}

/** `{}` stands for what find, xargs and parallel put in its place. */
export const openBraces = (word: ShellWord): ShellWord => ({ ...word, value: word.value.replaceAll('{}', DYNAMIC) });
