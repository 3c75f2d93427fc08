type Frame = { quote: '"' | "'" | '`' | '$(' | '${' | "$'"; offset: number };

/**
 * The quote of a bash script that is still open at its end, or null. A scan of its own, because a grammar that recovers
 * from errors says where it gave up and not what was left open.
 */
export function openQuote(text: string): { quote: string; offset: number } | null {
  const stack: Frame[] = [];
  const heredocs: { word: string; tabs: boolean }[] = [];
  const quote = () => stack.at(-1)?.quote;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const inside = quote();
    if (inside === "'") {
      if (char === "'") stack.pop();
      continue;
    }
    if (char === '\\') {
      at++;
      continue;
    }
    if (inside === "$'") {
      if (char === "'") stack.pop();
      continue;
    }
    if (char === '\n' && heredocs.length > 0 && inside !== '"') at = skipHeredocs(text, at, heredocs);
    else if (char === '"') {
      if (inside === '"') stack.pop();
      else stack.push({ quote: '"', offset: at });
    } else if (char === '`') {
      if (inside === '`') stack.pop();
      else stack.push({ quote: '`', offset: at });
    } else if (char === '$' && text[at + 1] === '(') stack.push({ quote: '$(', offset: at++ });
    else if (char === '$' && text[at + 1] === '{') stack.push({ quote: '${', offset: at++ });
    else if (char === '(' && inside === '$(') stack.push({ quote: '$(', offset: at });
    else if (char === ')' && inside === '$(') stack.pop();
    else if (char === '}' && inside === '${') stack.pop();
    else if (inside === '"' || inside === '${') continue;
    else if (char === '$' && text[at + 1] === "'") stack.push({ quote: "$'", offset: at++ });
    else if (char === "'") stack.push({ quote: "'", offset: at });
    else if (char === '#' && /(?:^|[\s;(&|])$/.test(text.slice(Math.max(0, at - 1), at)))
      at = Math.max(at, endOfLine(text, at) - 1);
    else if (char === '<' && text[at + 1] === '<') {
      const match = /^<<(<|-?)[ \t]*(["']?)([A-Za-z_]\w*)?\2/.exec(text.slice(at, at + 200));
      if (match?.[3] !== undefined && match[1] !== '<') heredocs.push({ word: match[3], tabs: match[1] === '-' });
      at += (match?.[0].length ?? 2) - 1;
    }
  }
  const open = stack.find((frame) => frame.quote === '"' || frame.quote === "'" || frame.quote === "$'");
  return open === undefined
    ? null
    : { quote: open.quote === '"' ? 'double quote' : 'single quote', offset: open.offset };
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Goes over the texts of here-documents; where one never ends, everything is its text. */
function skipHeredocs(text: string, from: number, heredocs: { word: string; tabs: boolean }[]): number {
  let at = from;
  for (const { word, tabs } of heredocs.splice(0)) {
    for (;;) {
      const start = at + 1;
      if (start >= text.length) return text.length;
      const end = endOfLine(text, start);
      const line = text.slice(start, end);
      at = end;
      if (line.trim() === word || (tabs && line.replace(/^\t+/, '') === word)) break;
      if (end >= text.length) return text.length;
    }
  }
  return at - (text[at] === '\n' ? 1 : 0);
}
