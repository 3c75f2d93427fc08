import { escapeHtml } from '../render-page.ts';

/**
 * What people write as Markdown, as HTML that holds nothing but text and a handful of elements: paragraphs, lists,
 * headings, fenced code, `code` and **strong** words. Everything else, HTML too, is shown as it was typed. One pass over
 * the lines, so that no text takes long.
 */
export function renderProse(text: string): string {
  const html: string[] = [];
  let paragraph: string[] = [];
  let items: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) html.push(`<p>${paragraph.map(renderWords).join('<br>\n')}</p>`);
    if (items.length > 0) html.push(`<ul>\n${items.map((item) => `<li>${renderWords(item)}</li>`).join('\n')}\n</ul>`);
    paragraph = [];
    items = [];
  };
  const lines = text.split(/\r\n|\r|\n/);
  for (let n = 0; n < lines.length; n += 1) {
    const line = lines[n]!.trim();
    if (line.startsWith('```')) {
      flush();
      const end = lines.findIndex((other, at) => at > n && other.trim() === '```');
      // Code that nobody ended goes on to the end.
      const last = end < 0 ? lines.length : end;
      html.push(`<pre>${escapeHtml(lines.slice(n + 1, last).join('\n'))}</pre>`);
      n = last;
      continue;
    }
    const item = /^[-*+] +(\S.*)$/.exec(line)?.[1];
    const heading = /^#{1,6} +(\S.*)$/.exec(line)?.[1];
    if (line === '' || heading !== undefined || (item !== undefined ? paragraph.length > 0 : items.length > 0)) flush();
    if (heading !== undefined) html.push(`<h3>${renderWords(heading)}</h3>`);
    else if (item !== undefined) items.push(item);
    else if (line !== '') paragraph.push(line);
  }
  flush();
  return html.join('\n');
}

function renderWords(line: string): string {
  return line
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .map((part, index) => {
      if (index % 2 === 0) return escapeHtml(part);
      return part.startsWith('`')
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : `<strong>${escapeHtml(part.slice(2, -2))}</strong>`;
    })
    .join('');
}
