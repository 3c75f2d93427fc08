/** Tools whose quoted arguments are programs or patterns: braces and brackets in them are their own. */
const PROGRAMS =
  /(?:^|[\s|;&(`/])(?:awk|gawk|mawk|nawk|sed|gsed|jq|yq|perl|ruby|python3?|node|php|grep|egrep|rg|ag|expr|mongosh?|tclsh|xmlstarlet|m4|dasel|gron|mlr)\s/;
/** Options whose value is a template that the tool itself fills in. */
const TEMPLATES =
  /(?:--format|--template|--go-template(?:-file)?|--pretty|-f|-o|--output|--jsonpath|--show-format|-format|-t|-template)(?:[= ]|\s*)(?:(?:go-?template|template|jsonpath|custom-columns|table|json)(?:-file)?[= ]?\s*)?["']?[^"'\n]*$/;
/** How far back a tool's name is looked for. */
const MAX_BEFORE_CHARS = 2_000;

/** True inside a quoted argument of a tool such as awk or jq. */
export function isInProgram(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - MAX_BEFORE_CHARS), offset);
  const quote = openQuoteIn(before);
  if (quote === undefined) return false;
  const stage = before.slice(0, quote.at);
  const from = Math.max(
    stage.lastIndexOf('\n', lastUncontinued(stage)),
    stage.lastIndexOf('|'),
    stage.lastIndexOf(';'),
    stage.lastIndexOf('$('),
  );
  return PROGRAMS.test(` ${stage.slice(from + 1)}`);
}

/** True where `{{…}}` belongs to a tool's own template: `docker ps --format '{{.Names}}'`. */
export function isInTemplate(text: string, match: RegExpMatchArray): boolean {
  const before = text.slice(Math.max(0, match.index! - MAX_BEFORE_CHARS), match.index!);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (
    /^\{\{[-~]?\s*(?:range|if|end|else|with|define|template|block|include|println?|printf|len|index|json|upper|lower|title|join|split|toYaml|tpl|required|default|table|not|eq|ne|and|or)\b/.test(
      match[0],
    )
  )
    return true;
  if (TEMPLATES.test(line)) return true;
  // A template over several lines, or after `{{range}}`.
  return /\{\{[-~]?\s*(?:range|if|with)\b/.test(before);
}

/** The end of the last line that is not continued by a backslash. */
function lastUncontinued(text: string): number {
  let at = text.lastIndexOf('\n');
  while (at > 0 && text[at - 1] === '\\') at = text.lastIndexOf('\n', at - 1);
  return at < 0 ? text.length : at;
}

/** The quote that is open at the end of a text, counted from its last line that begins outside of one. */
function openQuoteIn(text: string): { at: number } | undefined {
  let open: { at: number; mark: string } | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\' && open?.mark !== "'") at++;
    else if (open !== undefined) {
      if (char === open.mark) open = undefined;
    } else if (char === '"' || char === "'") {
      // An apostrophe inside a word (`don't`) opens nothing.
      if (char === '"' || !/\w/.test(text[at - 1] ?? '') || !/\w/.test(text[at + 1] ?? '')) open = { at, mark: char };
    }
  }
  return open;
}
