import type { HtmlContext } from './html-context.ts';

/** Follows a style sheet's own text; returns it without comments. */
export function followStyle(context: HtmlContext, text: string): string {
  let printed = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const next = text[at + 1] ?? '';
    switch (context.style) {
      case 'code':
        if (character === '/' && (next === '/' || next === '*')) {
          context.style = next === '/' ? 'line-comment' : 'block-comment';
          at += 1;
          continue;
        }
        if (character === '"' || character === "'") begin(context, character === '"' ? 'double' : 'single');
        else if (character === '(' && /(?:^|[^\w-])url[\t\n\f\r ]*$/i.test(text.slice(Math.max(0, at - 16), at))) {
          const space = /^[\t\n\f\r ]*/.exec(text.slice(at + 1))?.[0] ?? '';
          const quote = text[at + 1 + space.length];
          const quoted = quote === '"' || quote === "'";
          begin(context, quoted ? (quote === '"' ? 'double-url' : 'single-url') : 'url');
          const length = 1 + space.length + (quoted ? 1 : 0);
          printed += text.slice(at, at + length);
          at += length - 1;
          continue;
        }
        break;
      case 'line-comment':
        if (character !== '\n' && character !== '\r' && character !== '\f') continue;
        context.style = 'code';
        break;
      case 'block-comment':
        if (character === '*' && next === '/') {
          context.style = 'code';
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
        if (isEnd(context, character)) context.style = 'code';
        else if (character === '#' || character === '?') context.url = 'query';
        else if (context.url === 'none' && !/[\t\n\f\r ]/.test(character)) context.url = 'before-query';
    }
    printed += character;
  }
  return printed;
}

function begin(context: HtmlContext, style: HtmlContext['style']): void {
  context.style = style;
  context.url = 'none';
}

function isEnd(context: HtmlContext, character: string): boolean {
  if (context.style === 'url') return '\t\n\f\r )'.includes(character);
  return character === (context.style.startsWith('double') ? '"' : "'");
}
