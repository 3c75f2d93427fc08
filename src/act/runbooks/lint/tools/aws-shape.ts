/** What an option's value is made of, as the table writes it: `s`, `[s]`, `{Name!:s Values:[s]}`, `<s>` (a map), `{*}`. */
export type AwsShape =
  | { kind: 'scalar'; type: string }
  | { kind: 'list'; of: AwsShape }
  | { kind: 'map'; of: AwsShape }
  | { kind: 'structure'; members: Map<string, { required: boolean; shape: AwsShape }> }
  | { kind: 'any' };

export function readShape(text: string): AwsShape {
  let at = 0;
  const read = (): AwsShape => {
    const char = text[at++];
    if (char === '[') {
      const of = read();
      at++;
      return { kind: 'list', of };
    }
    if (char === '<') {
      const of = read();
      at++;
      return { kind: 'map', of };
    }
    if (char !== '{') return { kind: 'scalar', type: char ?? 's' };
    if (text[at] === '*') {
      at += 2;
      return { kind: 'any' };
    }
    const members = new Map<string, { required: boolean; shape: AwsShape }>();
    while (at < text.length && text[at] !== '}') {
      if (text[at] === ' ') at++;
      const colon = text.indexOf(':', at);
      const name = text.slice(at, colon);
      at = colon + 1;
      members.set(name.replace(/!$/, ''), { required: name.endsWith('!'), shape: read() });
    }
    at++;
    return { kind: 'structure', members };
  };
  return read();
}

/** What is wrong with a value of this shape, or null. Missing members count as much as unknown ones. */
export function misfitOf(value: unknown, shape: AwsShape, where = ''): string | null {
  if (shape.kind === 'any' || value === null) return null;
  const at = where === '' ? 'it' : where;
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) return `${at} is a list`;
    for (const [place, each] of value.entries()) {
      const wrong = misfitOf(each, shape.of, `${where}[${place}]`);
      if (wrong !== null) return wrong;
    }
    return null;
  }
  if (shape.kind === 'scalar') return typeof value === 'object' ? `${at} is a single value` : null;
  if (typeof value !== 'object' || Array.isArray(value)) return `${at} is an object`;
  const entries = Object.entries(value as Record<string, unknown>);
  if (shape.kind === 'map') {
    for (const [key, each] of entries) {
      const wrong = misfitOf(each, shape.of, `${where}.${key}`);
      if (wrong !== null) return wrong;
    }
    return null;
  }
  for (const [key, each] of entries) {
    const member = shape.members.get(key);
    if (member === undefined)
      return `${at} has no member ${key}; it has ${[...shape.members.keys()].slice(0, 6).join(', ')}`;
    const wrong = misfitOf(each, member.shape, where === '' ? key : `${where}.${key}`);
    if (wrong !== null) return wrong;
  }
  const missing = [...shape.members].find(
    ([name, member]) => member.required && !entries.some(([key]) => key === name),
  );
  return missing === undefined ? null : `${at} lacks its required member ${missing[0]}`;
}
