/** Where in an HTML page the next character will stand, as far as escaping depends on it. */
export type HtmlContext = {
  state: 'text' | 'comment' | 'tag' | 'attribute-name' | 'after-name' | 'before-value' | 'attribute';
  /** The element whose text is not HTML. */
  element: '' | 'script' | 'style' | 'textarea' | 'title';
  /** Of the attribute: its meaning and what ends it. */
  attribute: AttributeKind;
  delimiter: '' | '"' | "'" | ' ';
  url: 'none' | 'before-query' | 'query';
  script: 'code' | 'double' | 'single' | 'literal' | 'regexp' | 'regexp-class' | 'line-comment' | 'block-comment';
  /** Whether a slash begins a regular expression. */
  slashIsRegexp: boolean;
  style: 'code' | 'double' | 'single' | 'url' | 'double-url' | 'single-url' | 'line-comment' | 'block-comment';
};

export type AttributeKind = 'plain' | 'url' | 'srcset' | 'script' | 'style' | 'unsafe';

export function startContext(): HtmlContext {
  return {
    state: 'text',
    element: '',
    attribute: 'plain',
    delimiter: '',
    url: 'none',
    script: 'code',
    slashIsRegexp: true,
    style: 'code',
  };
}

const URLS = new Set(
  'action archive background cite classid codebase data formaction href icon longdesc manifest poster profile src usemap xmlns'.split(
    ' ',
  ),
);
const UNSAFE = new Set(
  'accept-charset async challenge charset content crossorigin defer enctype form formenctype formmethod formnovalidate http-equiv keytype language method novalidate pattern rel sandbox type value'.split(
    ' ',
  ),
);

/** What an attribute's value means. */
export function kindOfAttribute(written: string): AttributeKind {
  let name = written.toLowerCase();
  if (name.startsWith('data-')) name = name.slice(5);
  else if (name.includes(':')) {
    if (name.startsWith('xmlns:')) return 'url';
    name = name.slice(name.indexOf(':') + 1);
  }
  if (URLS.has(name)) return 'url';
  if (UNSAFE.has(name)) return 'unsafe';
  if (name === 'srcset') return 'srcset';
  if (name === 'style') return 'style';
  if (name.startsWith('on')) return 'script';
  // Own attributes that hold addresses are named after that.
  return !KNOWN_PLAIN.has(name) && /src|uri|url/.test(name) ? 'url' : 'plain';
}

const KNOWN_PLAIN = new Set(['srclang', 'srcdoc']);
