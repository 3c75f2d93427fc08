/** A stretch of a document that can be parsed on its own. `line` is the 0-based line it begins at. */
export type Chapter = { text: string; line: number };

/** Shorter documents are parsed whole. */
const MIN_SPLIT_CHARS = 40_000;
/** A chapter is at least so long: many small ones would cost more than they save. */
const MIN_CHAPTER_CHARS = 20_000;

/**
 * Cuts a long document before headings that stand outside of fences and comments: the time the Markdown parser takes
 * grows faster than the text, and a heading at the margin ends everything that was open before it.
 */
export function splitChapters(text: string): Chapter[] {
  if (text.length < MIN_SPLIT_CHARS) return [{ text, line: 0 }];
  const lines = text.split('\n');
  const chapters: Chapter[] = [];
  let fence: string | null = null;
  let inComment = false;
  let from = 0;
  let chars = 0;
  for (const [at, line] of lines.entries()) {
    const mark = /^[ >\t]*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (mark !== undefined && mark[0] === fence[0] && mark.length >= fence.length && /^[\s>]*[`~]+\s*$/.test(line))
        fence = null;
    } else if (mark !== undefined && !/`/.test(line.slice(line.indexOf(mark) + mark.length))) fence = mark;
    else if (line.includes('<!--') || inComment)
      inComment = line.lastIndexOf('-->') < line.lastIndexOf('<!--') || (inComment && !line.includes('-->'));
    else if (chars >= MIN_CHAPTER_CHARS && /^#{1,6}\s/.test(line)) {
      chapters.push({ text: lines.slice(from, at).join('\n'), line: from });
      from = at;
      chars = 0;
    }
    chars += line.length + 1;
  }
  chapters.push({ text: lines.slice(from).join('\n'), line: from });
  return chapters;
}
