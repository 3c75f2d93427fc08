const WORDS = new Intl.Segmenter('en-US', { granularity: 'word' });

/** Every word with a capital letter first and small ones behind. */
export function titleCase(text: string): string {
  let titled = '';
  for (const { segment } of WORDS.segment(text)) {
    const first = /\p{L}/u.exec(segment);
    if (!first) {
      titled += segment;
      continue;
    }
    const end = first.index + first[0].length;
    titled += segment.slice(0, first.index) + first[0].toUpperCase() + segment.slice(end).toLowerCase();
  }
  return titled;
}
