import { sprint } from '../fmt/print.ts';
import { TemplateError } from '../template-error.ts';
import { type CallContext, defineType, type GoValue, indirect, type Maybe, NOTHING } from '../values/go-value.ts';
import { marshalJson } from '../values/marshal-json.ts';
import { escapeContent, escapeUnquoted, normalizeContent, stripTags } from './escape-html.ts';
import {
  encodeUrlPart,
  escapeCssString,
  escapeScriptRegexp,
  escapeScriptString,
  escapeTemplateLiteral,
  FAILSAFE,
  filterCssValue,
  filterSrcset,
  filterUrl,
  normalizeUrl,
} from './escape-other.ts';
import { beginValue } from './follow-html.ts';
import { type HtmlContext, kindOfAttribute } from './html-context.ts';

/** Text that its author says is HTML, or a URL, already. */
export const SAFE_HTML = defineType({ name: 'template.HTML', kind: 'string' });
export const SAFE_URL = defineType({ name: 'template.URL', kind: 'string' });

const PREDEFINED = new Set(['html', 'urlquery']);

/**
 * A value as it may stand where the page is now; moves the context behind it.
 * @param functions the pipeline's commands that are functions: `html` and `urlquery` at its end are not done twice
 */
export function escapeValue(
  context: HtmlContext,
  value: Maybe,
  functions: readonly (string | null)[],
  charge: CallContext,
): string {
  if (context.state === 'before-value') beginValue(context, ' ');
  if (context.state === 'after-name') context.state = 'tag';
  const last = functions.at(-1) ?? null;
  const early = functions.slice(0, -1).find((name) => name !== null && PREDEFINED.has(name));
  const unquotedHtml = last === 'html' && context.state === 'attribute' && context.delimiter === ' ';
  if (early != null || unquotedHtml)
    throw new TemplateError(
      `predefined escaper ${JSON.stringify(unquotedHtml ? 'html' : early)} disallowed in template`,
    );
  const text = stringify(value, charge);
  const escaped = escapeAt(context, value, text, last, charge);
  charge.charge(escaped.length);
  return escaped;
}

function stringify(value: Maybe, charge: CallContext): string {
  return value === NOTHING ? '' : sprint([indirect(value)], charge);
}

function escapeAt(context: HtmlContext, value: Maybe, text: string, last: string | null, charge: CallContext): string {
  const isHtml = value?.type === SAFE_HTML;
  switch (context.state) {
    case 'text':
      if (context.element === 'script') return inScript(context, value, text, charge);
      if (context.element === 'style') return inStyle(context, value, text, last);
      if (last === 'html') return text;
      if (context.element !== '') return isHtml ? normalizeContent(text) : escapeContent(text);
      return isHtml ? text : escapeContent(text);
    case 'comment':
      return '';
    case 'tag':
    case 'attribute-name': {
      context.state = 'attribute-name';
      const name = text.toLowerCase();
      return /^[a-z0-9]+$/.test(name) && kindOfAttribute(name) === 'plain' ? name : FAILSAFE;
    }
    default:
      return inAttribute(context, value, text, last, charge);
  }
}

function inAttribute(
  context: HtmlContext,
  value: Maybe,
  text: string,
  last: string | null,
  charge: CallContext,
): string {
  const isHtml = value?.type === SAFE_HTML;
  if (context.attribute === 'plain' || context.attribute === 'unsafe') {
    if (context.delimiter === ' ') {
      if (text === '') return FAILSAFE;
      return isHtml ? escapeUnquoted(stripTags(text), true) : escapeUnquoted(text);
    }
    if (last === 'html') return text;
    return isHtml ? normalizeContent(stripTags(text)) : escapeContent(text);
  }
  let inner: string;
  if (context.attribute === 'url') inner = inUrl(context, value, text, last);
  else if (context.attribute === 'srcset')
    inner = value?.type === SAFE_URL ? normalizeUrl(text).replaceAll(',', '%2c') : filterSrcset(text);
  else if (context.attribute === 'script') inner = inScript(context, value, text, charge);
  else inner = inStyle(context, value, text, last);
  if (context.delimiter !== ' ') return escapeContent(inner);
  return inner === '' ? FAILSAFE : escapeUnquoted(inner);
}

function inUrl(context: HtmlContext, value: Maybe, text: string, last: string | null): string {
  const isUrl = value?.type === SAFE_URL;
  if (context.url === 'query') return last === 'urlquery' ? text : isUrl ? normalizeUrl(text) : encodeUrlPart(text);
  const safe = context.url === 'none' && !isUrl ? filterUrl(text) : text;
  return normalizeUrl(safe);
}

function inScript(context: HtmlContext, value: Maybe, text: string, charge: CallContext): string {
  switch (context.script) {
    case 'code':
      context.slashIsRegexp = false;
      return scriptValue(value, charge);
    case 'double':
    case 'single':
      return escapeScriptString(text);
    case 'literal':
      return escapeTemplateLiteral(text);
    case 'regexp':
    case 'regexp-class':
      return escapeScriptRegexp(text);
    default:
      return '';
  }
}

/** A value as a script's value: JSON that is also safe in HTML. */
function scriptValue(value: Maybe, charge: CallContext): string {
  const json = marshalJson(value as GoValue | null, charge)
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return /^[$\w]|[$\w]$/.test(json) ? ` ${json} ` : json;
}

function inStyle(context: HtmlContext, value: Maybe, text: string, last: string | null): string {
  switch (context.style) {
    case 'code':
      return filterCssValue(text);
    case 'line-comment':
    case 'block-comment':
      return '';
    case 'double':
    case 'single': {
      if (context.url === 'query') return inUrl(context, value, text, last);
      const safe = context.url === 'none' && value?.type !== SAFE_URL ? filterUrl(text) : text;
      return escapeCssString(safe);
    }
    default:
      return inUrl(context, value, text, last);
  }
}
