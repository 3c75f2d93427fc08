import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { SeriesReader, type SeriesRow } from './read-csv.ts';

/** A target; `npm run soak` takes longer. */
const FUZZ_MS = Number(process.env['HOLDFAST_FUZZ_SECONDS'] ?? 1) * 1_000;

function read(text: string): SeriesRow[] {
  const reader = new SeriesReader();
  const rows = text.split('\n').map((line) => reader.push(line));
  reader.end();
  return rows.filter((row) => row !== null);
}

describe('a CSV file of a series', () => {
  it('is rows of a timestamp as written and a number', () => {
    expect(read('timestamp,value\n2014-04-01 00:00:00,20.0\n2014-04-01 00:05:00,-1.5e3\n')).toEqual([
      { line: 2, timestamp: '2014-04-01 00:00:00', value: 20 },
      { line: 3, timestamp: '2014-04-01 00:05:00', value: -1500 },
    ]);
  });

  it.each([
    ['a byte order mark and CR LF', '\ufefftimestamp,value\r\n1,2\r\n'],
    ['empty lines', '\ntimestamp,value\n\n1,2\n   \n'],
    ['quotes', '"timestamp","value"\n"1","2"'],
    ['columns in another order, among others', 'host,Value,unit, Timestamp \nweb-1,2,"a, ""b""",1,more'],
    ['spaces around a number', 'timestamp,value\n1, +2.0 '],
    ['a quoted line break in a column that does not matter', 'note,timestamp,value\n"one\ntwo",1,2'],
  ])('may have %s', (_name, text) => {
    const rows = read(text);
    expect(rows.map(({ timestamp, value }) => [timestamp.trim(), value])).toEqual([['1', 2]]);
  });

  it.each([
    ['', 'line 1, column 1: there is no header'],
    ['time,value\n1,2', 'line 1, column 1: the header has no column timestamp, only “time, value”'],
    ['timestamp;value\n1;2', 'line 1, column 1: the header has no column timestamp, only “timestamp;value”'],
    ['timestamp,value,value\n', 'line 1, column 17: the header has a second column value'],
    ['timestamp,value\n1,2\n3', 'line 3, column 2: the value is missing'],
    ['timestamp,value\n1,', 'line 2, column 3: the value is empty'],
    ['timestamp,value\n,7', 'line 2, column 1: the timestamp is empty'],
    ['timestamp,value\n1,seven', 'line 2, column 3: “seven” is not a finite number'],
    ['timestamp,value\n\n\n1,0x10', 'line 4, column 3: “0x10” is not a finite number'],
    ['timestamp,value\n1,NaN', 'line 2, column 3: “NaN” is not a finite number'],
    ['timestamp,value\n1,1e999', 'line 2, column 3: “1e999” is not a finite number'],
    ['timestamp,value\n1,"2', 'line 2, column 3: the quote is not closed'],
    ['timestamp,value\n1,"2"3', 'line 2, column 6: after the closing quote comes neither a comma nor the end'],
    ['note,timestamp,value\n"one\ntwo",1,x', 'line 3, column 8: “x” is not a finite number'],
  ])('%j is refused, with the place', (text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'scan.bad-csv', message }));
  });

  it('is not swallowed by a quote that is never closed', () => {
    const text = `timestamp,value\n1,"2\n${'3,4\n'.repeat(200_000)}`;
    expect(() => read(text)).toThrow('line 2, column 3: the quote is not closed');
  });

  it('comes back as it was written, whatever its texts hold', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((written) => written.trim() !== '' && !/[\r\n]/.test(written));
    const row = fc.tuple(text, fc.double({ noNaN: true, noDefaultInfinity: true }));
    const quote = (written: string) => `"${written.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const file = ['timestamp,value', ...rows.map(([time, value]) => `${quote(time)},${value}`)].join('\n');
        const found = read(file);
        expect(found.map(({ timestamp, value }) => [timestamp, value])).toEqual(rows.map(([t, v]) => [t, v + 0]));
      }),
    );
  });

  it('is read or refused, never worse, whatever the bytes', { timeout: FUZZ_MS + 20_000 }, () => {
    const piece = fc.oneof(
      fc.constantFrom('timestamp', 'value', ',', '"', '\n', '\r\n', '1', '2.5', 'e9', '\ufeff', ' ', '""'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.boolean(), fc.array(piece, { maxLength: 60 }), (hasHeader, pieces) => {
        const file = (hasHeader ? 'timestamp,value\n' : '') + pieces.join('');
        try {
          for (const { line, value } of read(file)) {
            expect(line).toBeGreaterThan(1);
            expect(Number.isFinite(value)).toBe(true);
          }
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(HoldfastError);
          expect((thrown as HoldfastError).message).toMatch(/^line \d+, column \d+: /);
        }
      }),
      { numRuns: 1e6, interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false },
    );
  });
});
