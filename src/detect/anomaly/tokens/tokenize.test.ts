import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { templateText } from '../explanation/template-text.ts';
import { createTokenBuffer, END_SYMBOL, isValueSymbol, LEAD, MAX_TOKENS } from './token-buffer.ts';
import { tokenize } from './tokenize.ts';

const FUZZ_MS = Number(process.env['HOLDFAST_FUZZ_SECONDS'] ?? 1) * 1_000;
/** Bytes, and what looks like something: numbers, addresses, names and times cut at any place. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 6000 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('0x', ':', '.', '-', '_', '/', ' ', '  ', '\t', '=', '"', '(', 'Jan', 'Mon', 'é', '日', '\0'),
        fc.nat().map(String),
        fc.ipV4(),
        fc.ipV6(),
        fc.uuid(),
        fc.string({ maxLength: 12 }),
      ),
      { maxLength: 400 },
    )
    .map((parts) => new Uint8Array(Buffer.from(parts.join('')))),
);

function read(text: string | Uint8Array) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const tokens = createTokenBuffer();
  tokenize(bytes, 0, bytes.length, tokens);
  return { bytes, tokens };
}

function templateOf(text: string): string {
  const { bytes, tokens } = read(text);
  return templateText(bytes, tokens);
}

describe('cutting an event into tokens', () => {
  it.each([
    ['took 42 ms', 'took <num> ms'],
    ['at 0x7ffe12', 'at <hex>'],
    ['commit a8f3e21b', 'commit <hex>'],
    ['blk_38865049064139660 done', '<id> done'],
    ['R02-M1-N0', 'R#-M#-N#'],
    ['id 123e4567-e89b-12d3-a456-426614174000 ok', 'id <uuid> ok'],
    ['ether 00:1b:63:84:45:e6 up', 'ether <hex> up'],
    ['Jun 14 15:16:01 combo', '<month> <num> <num>:<num>:<num> combo'],
    ['Mon and May', '<weekday> and <month>'],
    ['padded      number   7', 'padded number <num>'],
    ['größe=3 日本', 'größe=<num> 日本'],
  ])('reads %j as %j', (text, template) => {
    expect(templateOf(text)).toBe(template);
  });

  it('gives one template to events that differ in values, and others to events that differ in words', () => {
    const hash = (text: string) => read(text).tokens.templateHash;
    expect(hash('user 17 from 10.0.0.1')).toBe(hash('user 99 from 192.168.17.4'));
    expect(hash('user 17 from')).not.toBe(hash('user 17 to'));
    expect(hash('user 17')).not.toBe(hash('user seventeen'));
  });

  it(
    'covers every byte once, whatever comes, and stays within its arrays',
    () => {
      fc.assert(
        fc.property(anyBytes, (bytes) => {
          const { tokens } = read(bytes);
          expect(tokens.end - LEAD).toBeLessThanOrEqual(MAX_TOKENS);
          expect(tokens.symbol[tokens.end - 1]).toBe(END_SYMBOL);
          if (bytes.length > 0) expect(tokens.start[LEAD]).toBe(0);
          expect(tokens.start[tokens.end - 1]).toBe(bytes.length);
          let values = 0;
          let grows = true;
          for (let i = LEAD; i < tokens.end; i += 1) {
            if (i < tokens.end - 1 && tokens.start[i + 1]! <= tokens.start[i]!) grows = false;
            if (isValueSymbol(tokens.symbol[i]!)) values += 1;
          }
          expect(grows).toBe(true);
          expect(values).toBe(tokens.valueCount);
        }),
        { interruptAfterTimeLimit: FUZZ_MS, numRuns: Number.MAX_SAFE_INTEGER },
      );
    },
    FUZZ_MS + 30_000,
  );

  it('reads a part of a larger piece of memory as it reads the part alone', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        (a, b, c) => {
          const tokens = createTokenBuffer();
          tokenize(Buffer.concat([a, b, c]), a.length, a.length + b.length, tokens);
          expect(tokens.templateHash).toBe(read(b).tokens.templateHash);
        },
      ),
    );
  });
});
