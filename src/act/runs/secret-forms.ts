/** Shorter values are not redacted: replacing every "a" would destroy the output and hide nothing. */
const SHORTEST_SECRET = 6;

/**
 * The forms in which a secret is recognised: as it is and without surrounding blanks, as JSON (also with `/`, `<`, `>`,
 * `&` escaped), percent-encoded (every usual choice of what is left alone, both cases), quoted for a shell, escaped for
 * HTML, hexadecimal in both cases, and base64 (both alphabets, at each of the three alignments, without the characters
 * that neighbours influence).
 *
 * Known limits: a value shorter than 6 characters; a secret that is split by other text (an inserted line break, spaces
 * between its bytes, base64 wrapped into lines); one that is compressed, encrypted, hashed, reversed or written in
 * another character set.
 */
export function secretForms(secret: string): Buffer[] {
  const forms = new Set<string>();
  for (const text of new Set([secret, secret.trim()])) {
    if (text.length < SHORTEST_SECRET) continue;
    for (const form of [...quotedForms(text), ...percentForms(text), ...binaryForms(text)]) {
      if (form.length >= SHORTEST_SECRET) forms.add(form);
    }
  }
  return [...forms].map((form) => Buffer.from(form, 'utf8'));
}

function quotedForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const unicode = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return [
    text,
    json,
    json.replaceAll('/', '\\/'),
    json.replaceAll(/[<>&]/g, unicode),
    // Which characters are escaped differs between encoders; the quote stays behind its backslash or becomes a code.
    json.replaceAll(/[\u007f-\uffff]/g, unicode),
    json.replaceAll(/[\u007f-\uffff]/g, unicode).replaceAll('/', '\\/'),
    json.replaceAll(/[<>&\u007f-\uffff]/g, unicode),
    json.replaceAll(/[<>&'\u007f-\uffff]/g, unicode),
    json.replaceAll(/[<>&'"\u007f-\uffff]/g, unicode),
    text.replaceAll("'", "'\\''"),
    text.replaceAll(/[ \t'"\\|&;()<>!{}*[\]?^$`]/g, '\\$&'),
    text.replaceAll(/[ \t'"\\|&;()<>!{}*[\]?^$`,]/g, '\\$&'),
    ansiC(text, (character) => character),
    ansiC(text, (character) => [...Buffer.from(character)].map((byte) => `\\${byte.toString(8)}`).join('')),
    text.replaceAll(/[\\"$`]/g, '\\$&'),
    ...htmlForms(text),
  ];
}

/** Escaped for HTML: some leave one kind of quote or both as they are. */
function htmlForms(text: string): string[] {
  const base = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return ['"', '&quot;', '&#34;'].flatMap((double) =>
    ["'", '&#39;', '&#039;', '&#x27;', '&apos;'].map((single) => base.replaceAll('"', double).replaceAll("'", single)),
  );
}

const ANSI_C: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\\': '\\\\', "'": "\\'" };

/** Inside bash's `$'…'`. */
function ansiC(text: string, other: (character: string) => string): string {
  return text
    .replaceAll(/[\n\t\r\\']/g, (character) => ANSI_C[character] ?? character)
    .replaceAll(/[\u0080-\u{10ffff}]/gu, other);
}

/** What is left as it is differs between encoders: those that people meet are asked themselves. */
function percentForms(text: string): string[] {
  const wellFormed = text.toWellFormed();
  const component = encodeURIComponent(wellFormed);
  const strict = component.replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const address = new URL('http://h/');
  address.password = wellFormed;
  address.username = 'u';
  const asked = new URL('http://h/');
  asked.search = wellFormed;
  const upper = [
    component,
    strict,
    strict.replaceAll('%2F', '/'),
    component.replaceAll('%20', '+'),
    strict.replaceAll('%20', '+'),
    encodeURI(wellFormed),
    new URLSearchParams([['', wellFormed]]).toString().slice(1),
    address.password,
    asked.search.slice(1),
    [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  ];
  return upper.flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

function binaryForms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const hex = bytes.toString('hex');
  const forms = [hex, hex.toUpperCase()];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = before === 0 ? 0 : before + 1;
    const to = (before + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    const stable = encoded.slice(from, to);
    forms.push(stable, stable.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}
