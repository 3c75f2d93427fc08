export type Shorthand = { ok: true; value: unknown } | { ok: false; reason: string };

class ShorthandError extends Error {}

const KEY = /[\w.#/:-]/;

/**
 * Reads the aws client's own notation, `Key=a,List=b,c,Nested={X=1,Y=[2,3]}`. Braces hold more of the same, never JSON:
 * that is the mistake people make.
 */
export function readShorthand(text: string): Shorthand {
  let at = 0;
  const fail = (expected: string): never => {
    const got = at >= text.length ? 'the end' : `\`${text.slice(at, at + 12).replace(/\s+/g, ' ')}\``;
    throw new ShorthandError(`expected ${expected} but there is ${got}`);
  };
  const space = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const expect = (char: string) => {
    space();
    if (text[at] !== char) fail(`\`${char}\``);
    at++;
    space();
  };
  const key = (): string => {
    const start = at;
    while (at < text.length && KEY.test(text[at]!)) at++;
    if (at === start) fail('a name');
    return text.slice(start, at);
  };
  const word = (stop: RegExp): string => {
    if (text[at] === "'" || text[at] === '"') {
      const quote = text[at++]!;
      let said = '';
      while (at < text.length && text[at] !== quote) {
        if (text[at] === '\\') at++;
        said += text[at++] ?? '';
      }
      if (text[at] !== quote) fail(`a closing ${quote}`);
      at++;
      return said;
    }
    const start = at;
    while (at < text.length && !stop.test(text[at]!)) at += text[at] === '\\' ? 2 : 1;
    return text.slice(start, at).trim();
  };
  const explicit = (depth: number): unknown => {
    if (depth > 16) fail('less nesting');
    if (text[at] === '{') {
      at++;
      space();
      const object: [string, unknown][] = [];
      while (text[at] !== '}') {
        const name = key();
        expect('=');
        object.push([name, /[{[]/.test(text[at] ?? '') ? explicit(depth + 1) : word(/[,}\s]/)]);
        space();
        if (text[at] === ',') {
          at++;
          space();
        } else if (text[at] !== '}') fail('`,` or `}`');
      }
      at++;
      return Object.fromEntries(object);
    }
    at++;
    space();
    const list: unknown[] = [];
    while (text[at] !== ']') {
      if (at >= text.length) fail('`]`');
      list.push(/[{[]/.test(text[at]!) ? explicit(depth + 1) : word(/[,\]\s]/));
      space();
      if (text[at] === ',') {
        at++;
        space();
      } else if (text[at] !== ']') fail('`,` or `]`');
    }
    at++;
    return list;
  };
  const value = (): unknown => {
    if (/[{[]/.test(text[at] ?? '')) return explicit(0);
    const first = word(/,/);
    // `Values=a,b,Name=x`: what follows a comma is one more value unless it is a name with `=`.
    const more: string[] = [];
    while (text[at] === ',' && !/^,\s*[\w.#/:-]+\s*=/.test(text.slice(at, at + 200)) && at + 1 < text.length) {
      at++;
      more.push(word(/,/));
    }
    return more.length > 0 ? [first, ...more] : first;
  };
  try {
    const object: [string, unknown][] = [];
    for (;;) {
      space();
      const name = key();
      expect('=');
      object.push([name, value()]);
      space();
      if (at >= text.length) return { ok: true, value: Object.fromEntries(object) };
      expect(',');
      if (at >= text.length) return { ok: true, value: Object.fromEntries(object) };
    }
  } catch (thrown) {
    if (thrown instanceof ShorthandError) return { ok: false, reason: thrown.message };
    throw thrown;
  }
}
