import { DYNAMIC, type ShellWord, wordsOf } from '../risk/shell-words.ts';
import { parseShell } from '../syntax/parse-syntax.ts';
import { childrenOf, parentOf, type ShellNode, type ShellTree, textOf } from '../syntax/shell-tree.ts';
import type { EndlessCommand } from './endless/endless-command.ts';
import { ENDLESS_COMMANDS } from './endless/endless-commands.ts';
import { toolName, toolPlaces } from './tool-places.ts';

/** How long something that never ends may run when nothing better can be done. */
export const TIME_BOX_MS = 60_000;
/** How long a person is given who works in an editor or a shell that was entered. */
export const BY_HAND_MS = 1_800_000;
/** How long a port-forward is given to open before the next line uses it. */
const DOOR_OPENS_S = 3;

/** A script that now ends, or null where it ended by itself. */
export type Bounded = { how: 'rewritten' | 'time-box'; script: string; why: string } | null;
type Edit = { start: number; end: number; text: string };

/** Finds every command of a script that would never end and gives it its bounded form. */
export async function boundEndless(script: string): Promise<Bounded> {
  const parsed = await parseShell(script);
  if (!parsed.ok) return null;
  const edits: Edit[] = [];
  const whys: string[] = [];
  let boxed = false;
  for (const node of parsed.tree.nodes) {
    if (isLoop(node) && isForever(parsed.tree, node)) {
      edits.push({ start: node.start, end: node.end, text: boxLoop(textOf(parsed.tree, node)) });
      whys.push('the loop never ends');
      boxed = true;
      continue;
    }
    if (node.type !== 'command' || edits.some((edit) => edit.start <= node.start && node.end <= edit.end)) continue;
    const words = wordsOf(parsed.tree, node);
    const found = endlessIn(words) ?? ((await hidesEndless(words)) ? { rule: HIDDEN, at: 0 } : undefined);
    if (found === undefined) continue;
    edits.push(boundCommand(parsed.tree, node, words, found));
    whys.push(found.rule.why);
    if (found.rule.bound === 'time-box' || (found.rule.bound === 'door' && !isFollowed(parsed.tree, node)))
      boxed = true;
  }
  if (edits.length === 0) return null;
  let bounded = script;
  for (const edit of edits.sort((left, right) => right.start - left.start)) {
    bounded = bounded.slice(0, edit.start) + edit.text + bounded.slice(edit.end);
  }
  return { how: boxed ? 'time-box' : 'rewritten', script: bounded, why: [...new Set(whys)].join('; ') };
}

const HIDDEN: EndlessCommand = {
  names: [],
  bound: 'time-box',
  why: 'what it runs in another shell never ends',
  examples: [],
};
type Found = { rule: EndlessCommand; at: number };

/** The rule for a command, and at which of its words the tool's name stands. */
function endlessIn(words: readonly ShellWord[]): Found | undefined {
  for (const at of toolPlaces(words)) {
    const name = toolName(words[at]!);
    const args = words.slice(at + 1).map((word) => word.value);
    const verb = args.filter((arg) => !arg.startsWith('-')).join(' ');
    // Only options count as flags; values such as `-n name` before the verb make it unreadable, so those are skipped too.
    const verbs = [
      verb,
      args
        .filter(
          (arg, place) =>
            !arg.startsWith('-') &&
            !/^(?:-n|--namespace|-f|--file|--context|-c|--container|-l|-u|-h|-p|-H)$/.test(args[place - 1] ?? ''),
        )
        .join(' '),
    ];
    const rule = ENDLESS_COMMANDS.find((each) => {
      if (!each.names.includes(name)) return false;
      if (each.verb !== undefined && !verbs.some((one) => each.verb!.test(one))) return false;
      if (each.flags !== undefined && !flagsOf(name, args).some((arg) => each.flags!.test(arg))) return false;
      return each.unless === undefined || !args.some((arg) => each.unless!.test(arg));
    });
    if (rule !== undefined) return { rule, at };
  }
  return undefined;
}

/** `docker-compose -f file logs`: an option before the verb is the tool's own and not the verb's. */
function flagsOf(name: string, args: readonly string[]): readonly string[] {
  if (!/^(?:docker|docker-compose|kubectl|oc|podman|nerdctl)$/.test(name)) return args;
  const verb = args.findIndex((arg) => /^(?:logs|get|events|stats|up)$/.test(arg));
  return verb < 0 ? args : args.slice(verb + 1);
}

/** True where a script for another shell, given as one word, holds something that never ends. */
async function hidesEndless(words: readonly ShellWord[]): Promise<boolean> {
  const name = words[0]?.value ?? '';
  if (/^timeout$/.test(name) || !words.some((word) => /^(?:ssh|bash|sh|zsh|dash|su|eval|runuser)$/.test(word.value)))
    return false;
  for (const word of words.slice(1)) {
    if (!/\s/.test(word.value)) continue;
    const inner = await parseShell(word.value);
    if (!inner.ok) continue;
    for (const node of inner.tree.nodes) {
      if (isLoop(node) && isForever(inner.tree, node)) return true;
      if (node.type === 'command' && endlessIn(wordsOf(inner.tree, node)) !== undefined) return true;
    }
  }
  return false;
}

function boundCommand(tree: ShellTree, node: ShellNode, words: readonly ShellWord[], { rule, at }: Found): Edit {
  const text = textOf(tree, node);
  const whole = { start: node.start, end: node.end };
  const tool = words[at]!;
  switch (rule.bound) {
    case 'drop-flags': {
      const name = tool.value;
      const verb = words.findIndex((word, place) => place > at && /^(?:logs|get|events)$/.test(word.value));
      const from = /^(?:tail|gtail|journalctl|dmesg|logcli)$/.test(name) || verb < 0 ? at : verb;
      let shortened = text;
      for (const word of words.slice(from + 1).reverse()) {
        if (!rule.flags!.test(word.value)) continue;
        shortened =
          shortened.slice(0, word.start - node.start) +
          withoutLetter(word.raw) +
          shortened.slice(word.end - node.start);
      }
      return {
        ...whole,
        text: shortened.replace(/[ \t]*(?:\\\n[ \t]*)*$/, '').replace(/(?<=\S) {2,}(?=\S)/g, ' ') + (rule.text ?? ''),
      };
    }
    case 'append':
      return { ...whole, text: text + rule.text };
    case 'replace': {
      const keeps = tool.value === 'go' ? words[at + 2]! : words.at(-1)!;
      return {
        ...whole,
        text:
          text.slice(0, tool.start - node.start) +
          rule.text +
          text.slice((tool.value === 'go' ? keeps.end : node.end) - node.start),
      };
    }
    case 'rename': {
      // Options are the tool's own; `+F` and its like too.
      const kept = words.slice(at + 1).filter((word) => !/^[-+]./.test(word.value));
      const rest = kept.map((word) => word.raw).join(' ');
      return {
        ...whole,
        text: `${text.slice(0, tool.start - node.start)}${rule.text}${rest === '' ? '' : ` ${rest}`}`,
      };
    }
    case 'unwrap':
      return { ...whole, text: unwrapWatch(tree, node, words.slice(at + 1)) };
    case 'door': {
      // Its own `&` goes with it.
      const own = /^[ \t]*&(?!&)/.exec(tree.text.slice(node.end, node.end + 20))?.[0].length ?? 0;
      return {
        start: node.start,
        end: node.end + own,
        text: isFollowed(tree, node)
          ? `${text} & HOLDFAST_DOOR=$!; trap 'kill "$HOLDFAST_DOOR" 2>/dev/null || true' EXIT; sleep ${DOOR_OPENS_S}`
          : boxCommand(text),
      };
    }
    default:
      return { ...whole, text: boxCommand(text) };
  }
}

/** `-100f` without its f is `-100`; `-f` without it is nothing. */
function withoutLetter(flag: string): string {
  if (flag.startsWith('--')) return '';
  const rest = flag.replace(/[fFwW]/, '');
  return rest === '-' || /^-t$/.test(rest) ? rest.replace(/^-$/, '') : rest;
}

function unwrapWatch(tree: ShellTree, node: ShellNode, words: readonly ShellWord[]): string {
  let at = 0;
  while (at < words.length && words[at]!.value.startsWith('-'))
    at += /^(?:-n|--interval)$/.test(words[at]!.value) ? 2 : 1;
  const inner = words.slice(at);
  if (inner.length === 0) return ':';
  // watch hands its words to a shell, so one quoted word is a script and several are a command line.
  const computed = inner.some((word) => word.value.includes(DYNAMIC));
  const script =
    inner.length === 1 && !computed ? inner[0]!.value : tree.text.slice(inner[0]!.start, inner.at(-1)!.end);
  return parentOf(tree, node)?.type === 'program' ? script : `{ ${script}\n}`;
}

function isFollowed(tree: ShellTree, node: ShellNode): boolean {
  return tree.nodes.some((other) => other.type === 'command' && other.start >= node.end);
}

const isLoop = (node: ShellNode) => node.type === 'while_statement' || node.type === 'c_style_for_statement';

/** `while true`, `while :`, `while sleep 5`, `until false`, `for ((;;))` without a way out. */
function isForever(tree: ShellTree, node: ShellNode): boolean {
  const text = textOf(tree, node);
  if (/\b(?:break|exit|return)\b/.test(text)) return false;
  if (node.type === 'c_style_for_statement') return /^for\s*\(\(\s*;\s*;/.test(text);
  const condition = childrenOf(tree, node).find((child) => child.named);
  const said = condition === undefined ? '' : textOf(tree, condition).replace(/;$/, '').trim();
  return text.startsWith('until')
    ? /^(?:false|\[ 0 -eq 1 \])$/.test(said)
    : /^(?:true|:|1|\[ 1 \]|\[\[ 1 \]\]|\[ true \]|\[\[ true \]\]|sleep \S+|\[ 1 -eq 1 \])$/.test(said);
}

/** Ends a command after the time box; that is its normal end and no failure. */
function boxCommand(text: string): string {
  return `{ timeout -k 5 ${TIME_BOX_MS / 1_000} ${text} || [ $? -eq 124 ]; }`;
}

function boxLoop(text: string): string {
  return `{ ${text}\n} & HOLDFAST_LOOP=$!; { sleep ${TIME_BOX_MS / 1_000}; kill "$HOLDFAST_LOOP" 2>/dev/null; } & wait "$HOLDFAST_LOOP" || [ $? -ge 128 ]`;
}
