import type { InputMark } from '../parameters/mark-inputs.ts';
import { classifyScript } from './classify-shell.ts';
import { riskiest, type Verdict } from './verdict.ts';

/** More ways than these to fill a script in are not tried one by one. */
const MAX_WAYS = 32;

/** Judges a script in which `[start|stop]` stands for one of its words: the riskiest of the ways to fill it in. */
export async function classifyChoices(script: string, marks: readonly InputMark[]): Promise<Verdict> {
  const open = marks.filter((mark) => mark.name.includes('|') && !/\s/.test(mark.name) && script.includes(mark.char));
  let ways = [script];
  for (const mark of open) {
    const written = new RegExp(`${mark.char}+`, 'g');
    const words = mark.name.split('|').filter((word) => word !== '');
    if (ways.length * words.length > MAX_WAYS)
      return { class: 'opaque', reason: 'it offers more choices than can be looked at' };
    ways = ways.flatMap((way) => words.map((word) => way.replace(written, () => word)));
  }
  const verdicts: Verdict[] = [];
  for (const way of ways) verdicts.push(await classifyScript(way));
  return riskiest(verdicts);
}
