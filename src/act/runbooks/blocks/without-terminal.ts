import { type ShellWord, wordsOf } from '../risk/shell-words.ts';
import { parseShell } from '../syntax/parse-syntax.ts';
import { toolName, toolPlaces } from './tool-places.ts';

/** Tools that refuse to start (\"the input device is not a TTY\") where a terminal is asked for and there is none. */
const REFUSING = /^(?:docker|podman|nerdctl)$/;
/** `-it`, `-ti`, `-dit`: letters that take no value, so that the t among them is the terminal. */
const LETTERS = /^-(?=[a-z]*t)[ditq]+$/;

/**
 * The script without the terminals it asks for (`docker exec -it web ls`): a step that runs by itself has none, and the
 * command would fail whatever it does.
 */
export async function withoutTerminal(script: string): Promise<string> {
  if (!/\b(?:docker|podman|nerdctl)\b/.test(script)) return script;
  const parsed = await parseShell(script);
  if (!parsed.ok) return script;
  const edits: { start: number; end: number; text: string }[] = [];
  for (const node of parsed.tree.nodes) {
    if (node.type !== 'command') continue;
    const words = wordsOf(parsed.tree, node);
    for (const at of toolPlaces(words, true)) {
      if (!REFUSING.test(toolName(words[at]!))) continue;
      for (const word of terminalOptions(words.slice(at + 1)))
        edits.push({ ...placeOf(word), text: withoutIt(word.value) });
    }
  }
  let without = script;
  for (const edit of edits.sort((left, right) => right.start - left.start)) {
    // Nothing left of an option: the blank before it goes too.
    const from = edit.text === '' ? without.slice(0, edit.start).replace(/[ \t]+$/, '').length : edit.start;
    without = without.slice(0, from) + edit.text + without.slice(edit.end);
  }
  return without;
}

const placeOf = ({ start, end }: ShellWord) => ({ start, end });
const withoutIt = (option: string) => (option.startsWith('--') ? '' : option.replace('t', '').replace(/^-$/, ''));

/** The options that ask for a terminal, up to the container or image: what stands behind that is another program's. */
function terminalOptions(args: readonly ShellWord[]): ShellWord[] {
  const verb = args.findIndex((arg) => /^(?:exec|run)$/.test(arg.value));
  if (verb < 0 || args.slice(0, verb).some((arg) => arg.value.startsWith('-'))) return [];
  const found: ShellWord[] = [];
  for (const arg of args.slice(verb + 1)) {
    if (!arg.value.startsWith('-')) break;
    if (LETTERS.test(arg.value) || /^--tty(?:=true)?$/.test(arg.value)) found.push(arg);
  }
  return found;
}
