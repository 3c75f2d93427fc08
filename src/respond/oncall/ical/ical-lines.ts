/** A line of an iCalendar file. */
export type Property = { name: string; parameters: Record<string, string>; value: string; line: number };

/** Lines as they were before they were folded, each with the number of its first part. */
export function unfold(text: string): { text: string; line: number }[] {
  const unfolded: { text: string; line: number }[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const before = unfolded.at(-1);
    if (before && /^[ \t]/.test(line)) before.text += line.slice(1);
    else unfolded.push({ text: line, line: index + 1 });
  }
  return unfolded;
}

/** Null: it is no `NAME;PARAMETER=x:value`. */
export function readProperty(text: string, line: number): Property | null {
  const name = /^[A-Za-z0-9-]+/.exec(text)?.[0];
  if (name === undefined) return null;
  const parameters: Record<string, string> = {};
  let place = name.length;
  while (text[place] === ';') {
    // Sticky: a parameter begins where the one before ended.
    const parameter = /([A-Za-z0-9-]+)=("[^"]*"|[^;:",]*)(?:,(?:"[^"]*"|[^;:",]*))*/y;
    parameter.lastIndex = place + 1;
    const found = parameter.exec(text);
    if (!found) return null;
    parameters[found[1]!.toUpperCase()] = found[2]!.replace(/^"|"$/g, '');
    place = parameter.lastIndex;
  }
  return text[place] === ':' ? { name: name.toUpperCase(), parameters, value: text.slice(place + 1), line } : null;
}
