const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const ALLOWED = new Set(['http:', 'https:', 'mailto:']);

export type SafeUrl = { href: string; external: boolean };

/**
 * A link of a document as the browser may follow it; null when it must stay text (`javascript:`, `data:`, `//host`).
 * A heading of the same document is found under the id its renderer gave it; another runbook opens as its page.
 * @param documentPath path of the document below its folder, by which relative links are read
 */
export function safeUrl(url: string, documentPath: string): SafeUrl | null {
  // Browsers ignore control characters and blanks inside a scheme; here they are a reason to refuse.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\x00-\x20\x7f\\]/.test(url) || url === '') return null;
  if (SCHEME.test(url)) {
    if (!URL.canParse(url)) return null;
    const { protocol, href } = new URL(url);
    return ALLOWED.has(protocol) ? { href, external: protocol !== 'mailto:' } : null;
  }
  if (url.startsWith('//')) return null;
  if (url.startsWith('#')) return { href: `#${headingId(decode(url.slice(1)))}`, external: false };
  if (url.startsWith('/')) return { href: url, external: false };
  const base = new URL(
    `/runbooks/${documentPath.split('/').map(encodeURIComponent).join('/')}`,
    'http://holdfast.invalid',
  );
  if (!URL.canParse(url, base)) return null;
  const { pathname, hash } = new URL(url, base);
  if (!pathname.startsWith('/runbooks/')) return null;
  return { href: pathname + (hash ? `#${headingId(decode(hash.slice(1)))}` : ''), external: false };
}

/** The id of a heading, apart from the ids the page itself uses. */
export function headingId(slug: string): string {
  return `doc-${slug}`;
}

/** A heading's slug as GitHub makes it. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
