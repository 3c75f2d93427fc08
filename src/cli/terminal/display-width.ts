const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Two columns wide: East Asian wide and full-width forms (Unicode TR 11) and emoji. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** How many columns a text without control sequences takes on a terminal. */
export function displayWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

function widthOf(segment: string): number {
  if (/^[\p{Mark}\u200b-\u200d\ufeff]+$/u.test(segment)) return 0;
  return WIDE.test(segment) || segment.includes('\ufe0f') ? 2 : 1;
}

/** Cut in the middle, where names differ least: `orders-eu-west…primary-2`. At most `width` columns, at least one. */
export function cutMiddle(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const room = width - displayWidth(ellipsis);
  if (room < 2) return takeColumns(text, width);
  const head = Math.ceil(room / 2);
  return `${takeColumns(text, head)}${ellipsis}${takeColumnsFromEnd(text, room - head)}`;
}

/** The longest beginning that fits. */
export function takeColumns(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    taken += segment;
  }
  return taken;
}

function takeColumnsFromEnd(text: string, width: number): string {
  const segments = [...graphemes.segment(text)].map(({ segment }) => segment);
  let used = 0;
  let from = segments.length;
  while (from > 0) {
    used += widthOf(segments[from - 1]!);
    if (used > width) break;
    from -= 1;
  }
  return segments.slice(from).join('');
}

/** Words onto lines of at most `width` columns; a longer word has a line of its own. Line feeds stay. */
export function wrapWords(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && displayWidth(longer) > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    return [...lines, line];
  });
}
