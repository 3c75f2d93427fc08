import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, redactText } from './redact-secrets.ts';
import { secretForms } from './secret-forms.ts';

const SECRET = 'p4ss/w0rd+"it\'s <a> & $HOME~!é';

/** A tool's own rendering of a secret, not ours. */
const bash = (script: string) =>
  execFileSync('bash', ['--norc', '-c', script], { env: { S: SECRET, PATH: process.env['PATH'] } }).toString();
const node = (expression: string) =>
  execFileSync(process.execPath, ['-p', expression], { env: { S: SECRET } })
    .toString()
    .trimEnd();

const RENDERINGS: readonly [how: string, text: () => string][] = [
  ['as it is', () => bash('printf %s "$S"')],
  ['quoted by bash for its input', () => bash('printf %q "${S//é/}" ')],
  ['quoted by bash with single quotes', () => bash('echo "${S@Q}"')],
  ['traced by set -x', () => bash('{ set -x; : "$S"; } 2>&1')],
  ['as JSON', () => node('JSON.stringify(process.env.S)')],
  ['percent-encoded by encodeURIComponent', () => node('encodeURIComponent(process.env.S)')],
  ['as a form field', () => node('new URLSearchParams({s: process.env.S}).toString()')],
  ['as a password in a URL', () => node('(u => (u.password = process.env.S, u.href))(new URL("http://u@h/"))')],
  ['in hexadecimal', () => node('Buffer.from(process.env.S).toString("hex")')],
  ['in hexadecimal, upper case', () => node('Buffer.from(process.env.S).toString("hex").toUpperCase()')],
  ['in base64', () => bash('printf %s "$S" | base64 -w0')],
  ['in base64 with its newline', () => bash('echo "$S" | base64 -w0')],
  ['in base64 after one byte', () => bash('printf %s "x$S" | base64 -w0')],
  ['in base64 between others', () => bash('printf %s "ab${S}cd" | base64 -w0')],
  ['in base64 of basic authentication', () => bash('printf %s "admin:$S" | base64 -w0')],
  ['in base64url', () => node('Buffer.from("xy" + process.env.S + "z").toString("base64url")')],
];

describe('a secret', () => {
  it.each(RENDERINGS)('is redacted %s', (_how, render) => {
    // bash's %q has a form of its own for what is not ASCII; it is tried without.
    const secrets = [SECRET, SECRET.replaceAll('é', '')];
    const redacted = redactText(`before ${render()} after`, secrets);
    expect(redacted).toContain('[redacted]');
    expect(redacted).toMatch(/^before /);
    // Neighbours may cost base64 a character at each end; no stretch of the secret is left.
    const leftover = redacted.replaceAll('[redacted]', '');
    for (const form of secrets.flatMap(secretForms)) {
      const text = form.toString('utf8');
      for (let at = 0; at + 8 <= text.length; at += 1) expect(leftover).not.toContain(text.slice(at, at + 8));
    }
  });

  it('is redacted without the line break it was entered with', () => {
    expect(redactText('key=abcdef123 x', ['abcdef123\n'])).toBe('key=[redacted] x');
  });

  it('shorter than six characters is left alone: masking it would destroy the output', () => {
    expect(redactText('a cab is a car', ['a', 'car'])).toBe('a cab is a car');
  });
});

/** Alphabets small enough that secrets overlap, repeat and begin alike. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), minLength: 6, maxLength: 14 });
const secretList = fc.array(word, { minLength: 1, maxLength: 3 });

describe('a stream', () => {
  it('gives the same result wherever the borders of its chunks are', () => {
    fc.assert(
      fc.property(
        secretList,
        fc.array(fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' ') }), fc.nat(2)), { maxLength: 8 }),
        fc.array(fc.nat(100), { maxLength: 30 }),
        (secrets, pieces, borders) => {
          const text = pieces.map((piece) => (typeof piece === 'number' ? (secrets[piece] ?? '') : piece)).join('');
          const data = Buffer.from(text);
          const whole = redactText(text, secrets);
          const redactor = createRedactor(secrets);
          const cuts = [...new Set(borders.map((border) => border % (data.length + 1)))].sort((a, b) => a - b);
          const parts = [0, ...cuts].map((from, index, all) => data.subarray(from, all[index + 1] ?? data.length));
          const streamed = Buffer.concat([...parts.map((part) => redactor.push(part)), redactor.flush()]).toString();
          expect(streamed).toBe(whole);
          const forms = secrets.flatMap(secretForms);
          for (const form of forms) expect(whole.replaceAll('[redacted]', '\0').includes(form.toString())).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps everything that is no secret, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (chunks) => {
        const redactor = createRedactor(['not in there at all']);
        const out = Buffer.concat([...chunks.map((chunk) => redactor.push(Buffer.from(chunk))), redactor.flush()]);
        expect(out).toEqual(Buffer.concat(chunks));
      }),
    );
  });

  it('holds back less than the longest form, whatever comes', () => {
    const redactor = createRedactor(['aaaaaaaa']);
    let out = 0;
    for (let chunk = 0; chunk < 1_000; chunk += 1) out += redactor.push(Buffer.from('aaaaaaaab'.repeat(10))).length;
    expect(out).toBeGreaterThan(1_000);
    const endless = createRedactor(['aaaaaaaa']);
    for (let chunk = 0; chunk < 1_000; chunk += 1) endless.push(Buffer.from('a'.repeat(1_000)));
    expect(endless.flush().length).toBeLessThan(100);
  });
});
