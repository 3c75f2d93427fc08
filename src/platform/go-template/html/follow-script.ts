import type { HtmlContext } from './html-context.ts';

const REGEXP_AFTER_WORD = new Set(
  'break case continue delete do else finally in instanceof return throw try typeof void'.split(' '),
);

/** What decides stands just before. */
const LOOK_BACK = 64;

/** Follows a script's own text; returns it without comments. */
export function followScript(context: HtmlContext, text: string): string {
  let printed = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const next = text[at + 1] ?? '';
    switch (context.script) {
      case 'code': {
        if (character === '/' && (next === '/' || next === '*')) {
          context.script = next === '/' ? 'line-comment' : 'block-comment';
          at += 1;
          continue;
        }
        if (character === '"') context.script = 'double';
        else if (character === "'") context.script = 'single';
        else if (character === '`') context.script = 'literal';
        else if (character === '/' && context.slashIsRegexp) context.script = 'regexp';
        else if (!/\s/.test(character))
          context.slashIsRegexp = beginsRegexp(text.slice(Math.max(0, at - LOOK_BACK), at + 1));
        break;
      }
      case 'line-comment':
        if (character !== '\n' && character !== '\r' && character !== '\u2028' && character !== '\u2029') continue;
        context.script = 'code';
        break;
      case 'block-comment':
        if (character === '*' && next === '/') {
          context.script = 'code';
          at += 1;
          printed += ' ';
        }
        continue;
      default:
        if (character === '\\') {
          printed += character + next;
          at += 1;
          continue;
        }
        endText(context, character);
    }
    printed += character;
  }
  return printed;
}

const ENDS: Readonly<Record<string, string>> = { double: '"', single: "'", literal: '`', regexp: '/' };

function endText(context: HtmlContext, character: string): void {
  if (context.script === 'regexp' && character === '[') context.script = 'regexp-class';
  else if (context.script === 'regexp-class') {
    if (character === ']') context.script = 'regexp';
  } else if (ENDS[context.script] === character) {
    context.script = 'code';
    context.slashIsRegexp = false;
  }
}

/** Whether a slash behind this begins a regular expression: behind a value it divides. */
function beginsRegexp(before: string): boolean {
  const last = before.at(-1) ?? '';
  if (last === '+' || last === '-') return (/(?:\+|-)+$/.exec(before)?.[0].length ?? 1) % 2 === 1;
  if (last === '.') return !/[0-9]\.$/.test(before);
  if (/[,<>=*%&|^?!~([:;{}]/.test(last)) return true;
  const word = /[$\w]+$/.exec(before.slice(-32))?.[0];
  return word !== undefined && REGEXP_AFTER_WORD.has(word);
}
