import type { OutlineEntry } from './read-outline.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#39': "'",
  '#34': '"',
};
const PRE = /<pre\b([^>]*)>([\s\S]*?)(?:<\/pre>|$)/gi;

/** Code blocks written in HTML: `<pre><code class="language-sh">…</code></pre>`. `line` is that of the block's first line. */
export function readHtmlBlock(html: string, line: number): OutlineEntry[] {
  return [...html.matchAll(PRE)].map((match): OutlineEntry => {
    const contents = match[2]!;
    const opening = /^\s*(?:<code\b[^>]*>)?\n?/i.exec(contents)![0];
    const language = /(?:lang(?:uage)?|brush:\s*|highlight)[-=:"'\s]*([a-z][\w+-]*)/i.exec(
      `${match[1]} ${/<code\b[^>]*>/i.exec(contents)?.[0] ?? ''}`,
    )?.[1];
    const text = contents
      .slice(opening.length)
      .replace(/<\/code>\s*$/i, '')
      // Only markup is taken off; `<pod-name>` is written as `&lt;pod-name&gt;` here.
      .replace(/<\/?(?:span|b|i|em|strong|code|a|br|mark|u|kbd|samp|var|font)\b[^>]*>/gi, '')
      .replace(
        /&([a-z]+|#\d+);/gi,
        (written, name: string) =>
          ENTITIES[name.toLowerCase()] ??
          (/^#\d+$/.test(name) ? String.fromCodePoint(Math.min(Number(name.slice(1)), 0x10ffff)) : written),
      )
      .replace(/\n[ \t]*$/, '');
    const before = countLines(html.slice(0, match.index));
    const first = countLines(`${match[0].slice(0, match[0].indexOf('>') + 1)}${opening}`);
    return {
      kind: 'fence',
      language: language ?? '',
      info: '',
      text,
      line: line + before,
      endLine: line + before + countLines(match[0]),
      firstLine: line + before + first,
      fenced: false,
      closed: /<\/pre>$/i.test(match[0]),
    };
  });
}

const countLines = (text: string) => text.split('\n').length - 1;
