import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripTerminal } from './strip-terminal.ts';

describe('output without its terminal', () => {
  it.each([
    ['colours', '\x1b[1;32mok\x1b[0m done', 'ok done'],
    ['cursor movement', '\x1b[2K\x1b[1Aline', 'line'],
    ['a window title ended by BEL', '\x1b]0;title\x07text', 'text'],
    ['a link ended by ST', '\x1b]8;;https://x\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['a character set choice', '\x1b(Btext', 'text'],
    ['8-bit CSI', '\x9b31mred', 'red'],
    ['backspaces and bells', 'a\x08b\x07', 'ab'],
    ['line ends of Windows', 'one\r\ntwo', 'one\ntwo'],
    ['what a progress bar overwrote', '10%\r50%\r100%\ndone', '100%\ndone'],
    ['a carriage return at the end of a line', 'kept\r\rkept too\r', 'kept too'],
  ])('leaves out %s', (_what, raw, plain) => {
    expect(stripTerminal(raw)).toBe(plain);
  });

  it('shows what follows an unterminated string: output cannot hide itself', () => {
    expect(stripTerminal('\x1b]0;never ended\nrm -rf /')).toBe('0;never ended\nrm -rf /');
  });

  it('takes the marks out that make a line read backwards', () => {
    expect(stripTerminal('safe\u202egnp.exe')).toBe('safegnp.exe');
  });

  it('keeps every text that holds no control character as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aä€😀 \t\n[]();?0') }), (text) => {
        expect(stripTerminal(text)).toBe(text);
      }),
    );
  });

  it('leaves no escape and no control character, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\x1b', '[', ']', '0', ';', 'm', '\x07', '\\', '\x9b', 'x', '\n', '\r') }),
        (text) => {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
          expect(stripTerminal(text)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
        },
      ),
    );
  });
});
