import { decodeEntities } from './escape-html.ts';
import { followScript } from './follow-script.ts';
import { followStyle } from './follow-style.ts';
import { type HtmlContext, kindOfAttribute } from './html-context.ts';

const SPACE = '\t\n\f\r ';

/**
 * Follows the template's own text through a page: moves the context and returns what to print. Comments are left out, a
 * `<` that begins no tag is written as an entity.
 */
export function followHtml(context: HtmlContext, text: string): string {
  let printed = '';
  let at = 0;
  while (at < text.length) {
    const before = at;
    if (context.state === 'attribute') {
      const end = attributeEnd(context, text, at);
      const value = text.slice(at, end);
      followAttribute(context, value);
      printed += value;
      at = end;
      if (at < text.length) {
        if (context.delimiter !== ' ') {
          printed += text[at];
          at += 1;
        }
        context.state = 'tag';
        context.delimiter = '';
      }
    } else if (context.state === 'text') {
      const step = context.element === '' ? followText(context, text, at) : followRawText(context, text, at);
      printed += step.printed;
      at = step.end;
    } else if (context.state === 'comment') {
      const end = text.indexOf('-->', at);
      at = end < 0 ? text.length : end + 3;
      if (end >= 0) context.state = 'text';
    } else {
      const end = followTag(context, text, at);
      printed += text.slice(at, end);
      at = end;
    }
    if (at === before && context.state === 'attribute') continue;
  }
  return printed;
}

type Step = { printed: string; end: number };

function followText(context: HtmlContext, text: string, at: number): Step {
  const open = text.indexOf('<', at);
  if (open < 0) return { printed: text.slice(at), end: text.length };
  const plain = text.slice(at, open);
  const rest = text.slice(open, open + 64);
  if (rest.startsWith('<!--')) {
    context.state = 'comment';
    return { printed: plain, end: open + 4 };
  }
  const [tag, slash = '', name = ''] = /^<(\/?)([a-zA-Z][a-zA-Z0-9:-]*)/.exec(text.slice(open)) ?? [];
  if (tag === undefined) {
    const doctype = /^<!doctype/i.test(rest);
    return { printed: `${plain}${doctype ? '<' : '&lt;'}`, end: open + 1 };
  }
  context.state = 'tag';
  pendingElements.set(context, slash === '' ? name.toLowerCase() : '');
  return { printed: plain + tag, end: open + tag.length };
}

/** The element whose tag is being read: its text begins where the tag ends. */
const pendingElements = new WeakMap<HtmlContext, string>();
const RAW = new Set(['script', 'style', 'textarea', 'title']);

function followTag(context: HtmlContext, text: string, at: number): number {
  let end = at;
  while (SPACE.includes(text[end] ?? 'x')) end += 1;
  if (end > at && (context.state === 'tag' || context.state === 'after-name' || context.state === 'before-value')) {
    if (end >= text.length) return end;
  }
  if (context.state === 'attribute-name') context.state = continuesName(text[at]) ? 'tag' : 'after-name';
  if (context.state === 'tag') {
    if (text[end] === '>') {
      const element = pendingElements.get(context) ?? '';
      context.state = 'text';
      context.element = (RAW.has(element) ? element : '') as HtmlContext['element'];
      context.script = 'code';
      context.slashIsRegexp = true;
      context.style = 'code';
      return end + 1;
    }
    const [name = ''] = /^[^\t\n\f\r =>]+/.exec(text.slice(end)) ?? [];
    if (name === '') return end + 1;
    context.attribute = kindOfAttribute(name);
    context.state = end + name.length === text.length ? 'attribute-name' : 'after-name';
    return end + name.length;
  }
  if (context.state === 'after-name') {
    if (text[end] !== '=') {
      context.state = 'tag';
      return end;
    }
    context.state = 'before-value';
    return end + 1;
  }
  beginValue(context, text[end] === '"' || text[end] === "'" ? (text[end] as '"' | "'") : ' ');
  return context.delimiter === ' ' ? end : end + 1;
}

function continuesName(character: string | undefined): boolean {
  return character !== undefined && !`${SPACE}=>`.includes(character);
}

/** Enters an attribute's value. */
export function beginValue(context: HtmlContext, delimiter: '"' | "'" | ' '): void {
  context.state = 'attribute';
  context.delimiter = delimiter;
  context.url = 'none';
  context.script = 'code';
  context.slashIsRegexp = true;
  context.style = 'code';
}

function attributeEnd(context: HtmlContext, text: string, at: number): number {
  if (context.delimiter === ' ') {
    const found = /[\t\n\f\r >]/.exec(text.slice(at));
    return found ? at + found.index : text.length;
  }
  const end = text.indexOf(context.delimiter, at);
  return end < 0 ? text.length : end;
}

function followAttribute(context: HtmlContext, written: string): void {
  const value = decodeEntities(written);
  if (context.attribute === 'url') followUrl(context, value);
  else if (context.attribute === 'script') followScript(context, value);
  else if (context.attribute === 'style') followStyle(context, value);
}

export function followUrl(context: HtmlContext, text: string): void {
  if (/[#?]/.test(text)) context.url = 'query';
  else if (context.url === 'none' && /[^\t\n\f\r ]/.test(text)) context.url = 'before-query';
}

/** Scripts, styles and elements that hold plain text: only their own end tag ends them. */
function followRawText(context: HtmlContext, text: string, at: number): Step {
  const closing = new RegExp(`</${context.element}(?=[\\t\\n\\f\\r />]|$)`, 'i').exec(text.slice(at));
  const end = closing ? at + closing.index : text.length;
  const content = text.slice(at, end);
  let printed = content;
  if (context.element === 'script') printed = followScript(context, content);
  else if (context.element === 'style') printed = followStyle(context, content);
  else printed = content.replaceAll('<', '&lt;');
  if (!closing) return { printed, end };
  context.state = 'tag';
  context.element = '';
  pendingElements.set(context, '');
  return { printed: printed + closing[0], end: end + closing[0].length };
}
