import type { StandardInput } from './shell-words.ts';
import { ENTERED, type Judging } from './special-call.ts';
import type { Verdict } from './verdict.ts';

/** A shell without a script of its own runs what is fed to it. */
export async function judgeScriptOnInput(name: string, input: StandardInput, judging: Judging): Promise<Verdict> {
  if (input.text !== null) return judging.script(input.text);
  if (input.from === 'nothing') return ENTERED;
  return { class: 'opaque', reason: `${name} runs whatever arrives on its standard input` };
}
