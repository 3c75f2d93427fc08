/** A stretch of lines (1-based, both ends in it) that is one of several tabs. */
export type TabRange = { from: number; to: number; group: string; label: string };
/** Something another file was to be put in here. */
export type IncludeLine = { line: number; what: string };
export type Unwrapped = { text: string; tabs: TabRange[]; includes: IncludeLine[] };

const FENCE = /^\s*(?:>\s*)*(`{3,}|~{3,})/;
const INCLUDE =
  /^\s*(?:\{%-?\s*(?:include|include_relative|render|snippet)\b(.*?)-?%\}|\{\{[<%]\s*(?:include|readfile|partial)\b(.*?)[>%]\}\}|!!?include\s*\(?(.*)|(?:;?-+8<-+)\s*(.*)|\[\[\s*include\b(.*?)\]\]|\{!(.*?)!\}|\.\.\s+include::(.*)|@include\s+(.*)|:::\s*include\s+(.*)|include::(.*)\[.*\])\s*$/;
/** Where a tab of some site generator begins, with its label. */
const TAB_BEGINS: readonly RegExp[] = [
  /^\s*\{%-?\s*tab\s+(?:title=|name=)?["']?([^"'%]+?)["']?\s*-?%\}\s*$/,
  /^\s*\{\{[<%]\s*tab(?:item)?\s+(?:name=|header=|title=|label=)?["']?([^"'>%]+?)["']?(?:\s+\w+=.*)?\s*[>%]\}\}\s*$/i,
  /^\s*<(?:TabItem|Tab|TabPanel|Tab\.Item|sl-tab-panel)\b[^>]*?\b(?:label|title)=\{?["']([^"']+)["'][^>]*>\s*$/i,
  /^\s*<(?:TabItem|Tab|TabPanel|Tab\.Item|sl-tab-panel)\b[^>]*?\b(?:name|value|id)=\{?["']([^"']+)["'][^>]*>\s*$/i,
  /^\s*@tab(?::active)?\s+(.+?)\s*$/,
  /^\s*:{3,}\s*\{?\.?tab(?:-item)?\}?\s+["']?(.+?)["']?\s*$/,
  /^\s*#{2,6}\s+\{\.tab\}\s*(.+)$/,
];
const TAB_ENDS =
  /^\s*(?:\{%-?\s*endtab\s*-?%\}|\{\{[<%]\s*\/tab(?:item)?\s*[>%]\}\}|<\/(?:TabItem|Tab|TabPanel|Tab\.Item|sl-tab-panel)>|:{3,})\s*$/i;
const TABS_BOUNDARY =
  /^\s*(?:\{%-?\s*(?:end)?tabs\b.*%\}|\{\{[<%]\s*\/?tabs\b.*[>%]\}\}|<\/?Tabs\b[^>]*>|:{3,}\s*(?:tabs|code-group)\b.*|<\/?(?:TabList|CodeGroup|Steps|Step|Accordion|AccordionGroup|Note|Warning|Tip|Info|Callout|Admonition|Card|CardGroup|Frame)\b[^>]*>)\s*$/i;
const WRAPPING_TAG =
  /^\s*<\/?(?:details|div|section|center|p|blockquote|article|figure|span|br|hr|table|tbody|tr|td)\b[^>]*>\s*$/i;
const SUMMARY =
  /^\s*(?:<details[^>]*>\s*)?<summary[^>]*>\s*(?:<[a-z0-9]+>)*\s*([^<]+?)\s*(?:<\/[a-z0-9]+>)*\s*<\/summary>\s*$/i;
const HIGHLIGHT = /^\s*(?:\{%-?\s*highlight\s+([\w+-]+).*%\}|\{\{[<%]\s*highlight\s+["']?([\w+-]+).*[>%]\}\})\s*$/;
const HIGHLIGHT_ENDS = /^\s*(?:\{%-?\s*endhighlight\s*-?%\}|\{\{[<%]\s*\/\s*highlight\s*[>%]\}\})\s*$/;

/**
 * Takes the frames of documentation sites off: admonitions and tabs that indent their contents, tags that would swallow
 * the fence below them, front matter in TOML or JSON. Every line keeps its number.
 */
export function unwrapLayouts(text: string): Unwrapped {
  const lines = withoutForeignHead(withoutButtons(text).split(/\r\n|\r|\n/));
  pullBackFences(lines);
  const tabs: TabRange[] = [];
  const includes: IncludeLine[] = [];
  let fence: string | null = null;
  let open: { from: number; label: string; group: string } | null = null;
  let group = '';
  let isHighlight = false;
  /** Indented frames (`!!! note`, `=== "Tab"`) that are open: their indent, and the tab they are. */
  const frames: { indent: number; tab: { from: number; label: string; group: string } | null }[] = [];
  const close = (at: number) => {
    const frame = frames.pop()!;
    if (frame.tab !== null) tabs.push({ ...frame.tab, to: at });
  };
  let lastTab: { indent: number; group: string; line: number } | null = null;
  for (let at = 0; at < lines.length; at++) {
    let line = lines[at]!;
    if (frames.length > 0 && line.trim() !== '') {
      while (frames.length > 0 && indentOf(line) < frames.at(-1)!.indent + 4 && fence === null) close(at);
      const depth = frames.at(-1);
      if (depth !== undefined) line = line.slice(Math.min(indentOf(line), 4 * frames.length));
      lines[at] = line;
    }
    const mark = FENCE.exec(line)?.[1];
    if (fence !== null) {
      if (mark !== undefined && mark[0] === fence[0] && mark.length >= fence.length && /^[\s>]*(`+|~+)\s*$/.test(line))
        fence = null;
      if (isHighlight && HIGHLIGHT_ENDS.test(line)) {
        lines[at] = fence!;
        fence = null;
        isHighlight = false;
      }
      continue;
    }
    if (mark !== undefined) {
      fence = mark;
      continue;
    }
    const highlight = HIGHLIGHT.exec(line);
    if (highlight !== null) {
      fence = '````````';
      isHighlight = true;
      lines[at] = `${fence}${highlight[1] ?? highlight[2]}`;
      continue;
    }
    const framed = /^(\s*)(?:(?:!!!|\?\?\?\+?)\s+[\w-]+.*|===[!+]?\s+["'](.+?)["'].*)$/.exec(line);
    if (framed !== null) {
      const indent = frames.length * 4 + framed[1]!.length;
      let tab: { from: number; label: string; group: string } | null = null;
      if (framed[2] !== undefined) {
        const isSame: boolean = lastTab !== null && lastTab.indent === indent && onlyIndented(lines, lastTab.line, at);
        const named: string = isSame ? lastTab!.group : `tabs-${at + 1}`;
        lastTab = { indent, group: named, line: at + 1 };
        tab = { from: at + 1, label: framed[2], group: named };
      }
      frames.push({ indent, tab });
      lines[at] = '';
      continue;
    }
    const include = INCLUDE.exec(line);
    if (include !== null) {
      includes.push({
        line: at + 1,
        what:
          include
            .slice(1)
            .find((each) => each !== undefined)
            ?.trim() ?? '',
      });
      continue;
    }
    const begins = TAB_BEGINS.map((each) => each.exec(line)).find((each) => each !== null);
    if (begins !== undefined) {
      if (open !== null) tabs.push({ ...open, to: at });
      if (group === '') group = `tabs-${at + 1}`;
      open = { from: at + 1, label: begins![1]!.trim(), group };
      lines[at] = '';
    } else if (open !== null && TAB_ENDS.test(line)) {
      tabs.push({ ...open, to: at + 1 });
      open = null;
      lines[at] = '';
    } else if (TABS_BOUNDARY.test(line)) {
      if (/^\s*(?:\{%-?\s*end|\{\{[<%]\s*\/|<\/Tabs)/i.test(line) || /tabs|code-group/i.test(line)) group = '';
      lines[at] = '';
    } else if (SUMMARY.test(line)) lines[at] = `**${SUMMARY.exec(line)![1]}**`;
    else if (WRAPPING_TAG.test(line) || /^\s*:{3,}\s*(?:[\w-]+.*)?$/.test(line)) lines[at] = '';
  }
  while (frames.length > 0) close(lines.length);
  if (open !== null) tabs.push({ ...open, to: lines.length });
  return { text: lines.join('\n'), tabs, includes };
}

/**
 * ```` ```{{exec}} ````: sites with a terminal beside the text put a button behind the end of a fence. It becomes blanks,
 * so that every position stays.
 */
export const withoutButtons = (text: string) =>
  text.replace(
    /^([^\S\r\n]*(?:>[^\S\r\n]*)*(?:`{3,}|~{3,}))(\{\{(?:exec|execute|copy|open)\b[^{}\r\n]{0,60}\}\})(?=[^\S\r\n]*$)/gm,
    (_, fence: string, button: string) => fence + ' '.repeat(button.length),
  );

/**
 * A fence right below a list item and four columns further in than its text is a part of that paragraph to CommonMark:
 * its commands would be words. It is pulled back to where its author thought it stood.
 */
function pullBackFences(lines: string[]): void {
  let fence: string | null = null;
  let excess = 0;
  for (const [at, line] of lines.entries()) {
    const mark = FENCE.exec(line)?.[1];
    if (fence === null && mark === undefined) continue;
    if (fence === null) {
      const above = lines[at - 1] ?? '';
      const text = /^ *(?:[-*+]|\d{1,9}[.)]) +/.exec(above)?.[0].length ?? indentOf(above);
      const own = /^ */.exec(line)![0].length;
      excess = above.trim() !== '' && FENCE.exec(above) === null && own - text >= 4 ? own - text : 0;
      fence = mark!;
    } else if (
      mark !== undefined &&
      mark[0] === fence[0] &&
      mark.length >= fence.length &&
      /^[\s>]*(`+|~+)\s*$/.test(line)
    )
      fence = null;
    if (excess > 0) lines[at] = line.slice(Math.min(excess, /^ */.exec(line)![0].length));
  }
}

const indentOf = (line: string) => /^[ \t]*/.exec(line)![0].replace(/\t/g, '    ').length;

/** Whether nothing but a tab's own contents stands between two lines. */
function onlyIndented(lines: readonly string[], from: number, until: number): boolean {
  // The contents were taken out of their frame already, so what ends a run of tabs is a heading.
  return !lines.slice(from, until).some((line) => /^#{1,6}\s/.test(line));
}

/** `+++` TOML and `{ … }` JSON at the head of a page: settings of its site. */
function withoutForeignHead(lines: string[]): string[] {
  const first = lines.findIndex((line) => line.replace(/^\uFEFF/, '').trim() !== '');
  if (first < 0 || first > 2) return lines;
  const head = lines[first]!.replace(/^\uFEFF/, '').trim();
  const until =
    head === '+++'
      ? lines.findIndex((line, at) => at > first && line.trim() === '+++')
      : head === '{'
        ? lines.findIndex((line, at) => at > first && /^\}\s*$/.test(line))
        : head === ';;;'
          ? lines.findIndex((line, at) => at > first && line.trim() === ';;;')
          : -1;
  if (until < 0 || until > first + 200) return lines;
  return lines.map((line, at) => (at >= first && at <= until ? '' : line));
}
