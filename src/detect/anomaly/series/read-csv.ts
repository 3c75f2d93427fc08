import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';

/** One row of a series as it stands in the file. */
export interface SeriesRow {
  /** 1 for the header's line; a row over several lines has that of its first. */
  readonly line: number;
  /** As written, without quotes. */
  readonly timestamp: string;
  readonly value: number;
}

/** A place in the text, both from 1; the column counts UTF-16 units. */
interface Place {
  readonly line: number;
  readonly column: number;
}

interface Field extends Place {
  readonly text: string;
}

/** A quoted field may go over lines, but not for ever: a quote left open would swallow the file. */
const LONGEST_RECORD = 100_000;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const LONGEST_QUOTED = 40;

/**
 * Reads the columns `timestamp` and `value` of a CSV file (RFC 4180) line by
 * line, wherever they stand in its header; other columns are passed over, empty
 * lines too.
 *
 * Both methods throw HoldfastError `scan.bad-csv`, naming line and column: a
 * column is missing, a value is no finite decimal number, a quote is left open.
 */
export class SeriesReader {
  private line = 0;
  private columns: { readonly timestamp: number; readonly value: number } | null = null;
  /** A record whose quoted field goes on in the next line. */
  private open: { readonly text: string; readonly line: number } | null = null;

  /** Takes the file's next line, with or without its end; gives the row that ends with it, if one does. */
  push(line: string): SeriesRow | null {
    this.line += 1;
    const text = withoutEnd(this.line === 1 && line.startsWith('\ufeff') ? line.slice(1) : line);
    if (this.open === null && text.trim() === '') return null;
    const record =
      this.open === null ? { text, line: this.line } : { ...this.open, text: `${this.open.text}\n${text}` };
    const fields = splitRecord(record.text, record.line);
    if (!Array.isArray(fields)) {
      if (record.text.length > LONGEST_RECORD) throw badCsv(fields, 'the quote is not closed');
      this.open = record;
      return null;
    }
    this.open = null;
    if (this.columns === null) {
      this.columns = { timestamp: columnOf(fields, 'timestamp'), value: columnOf(fields, 'value') };
      return null;
    }
    const timestamp = fieldAt(fields, this.columns.timestamp, 'timestamp').text;
    return { line: record.line, timestamp, value: numberIn(fieldAt(fields, this.columns.value, 'value')) };
  }

  /** To be called after the last line. */
  end(): void {
    if (this.open !== null) {
      const unclosed = splitRecord(this.open.text, this.open.line);
      if (!Array.isArray(unclosed)) throw badCsv(unclosed, 'the quote is not closed');
    }
    if (this.columns === null) throw badCsv({ line: 1, column: 1 }, 'there is no header');
  }
}

function withoutEnd(line: string): string {
  const end = line.endsWith('\n') ? line.length - 1 : line.length;
  return line.slice(0, line[end - 1] === '\r' ? end - 1 : end);
}

/** The fields of a record; the place of its last quote when that is still open. */
function splitRecord(text: string, firstLine: number): Field[] | Place {
  const fields: Field[] = [];
  let from = 0;
  for (;;) {
    const place = placeOf(text, from, firstLine);
    if (text[from] === '"') {
      const end = closingQuote(text, from);
      if (end < 0) return place;
      const after = text[end + 1];
      if (after !== undefined && after !== ',') {
        throw badCsv(placeOf(text, end + 1, firstLine), 'after the closing quote comes neither a comma nor the end');
      }
      fields.push({ ...place, text: text.slice(from + 1, end).replaceAll('""', '"') });
      if (after === undefined) return fields;
      from = end + 2;
      continue;
    }
    const comma = text.indexOf(',', from);
    fields.push({ ...place, text: text.slice(from, comma < 0 ? text.length : comma) });
    if (comma < 0) return fields;
    from = comma + 1;
  }
}

/** Where the quote at `open` is closed, a doubled one standing for itself; −1 when it is not. */
function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}

function placeOf(text: string, at: number, firstLine: number): Place {
  let line = firstLine;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', start)) {
    line += 1;
    start = end + 1;
  }
  return { line, column: at - start + 1 };
}

function columnOf(header: readonly Field[], name: string): number {
  const names = header.map(({ text }) => text.trim().toLowerCase());
  const column = names.indexOf(name);
  if (column < 0) throw badCsv(header[0]!, `the header has no column ${name}, only ${quoted(names.join(', '))}`);
  const second = names.indexOf(name, column + 1);
  if (second >= 0) throw badCsv(header[second]!, `the header has a second column ${name}`);
  return column;
}

function fieldAt(fields: readonly Field[], column: number, name: string): Field {
  const field = fields[column];
  const last = fields.at(-1)!;
  if (field === undefined) throw badCsv({ ...last, column: last.column + last.text.length }, `the ${name} is missing`);
  if (field.text.trim() === '') throw badCsv(field, `the ${name} is empty`);
  return field;
}

function numberIn(field: Field): number {
  const text = field.text.trim();
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw badCsv(field, `${quoted(text)} is not a finite number`);
}

function quoted(text: string): string {
  return `“${text.length > LONGEST_QUOTED ? `${text.slice(0, LONGEST_QUOTED - 1)}…` : text}”`;
}

function badCsv({ line, column }: Place, wrong: string): HoldfastError {
  return new HoldfastError({
    code: 'scan.bad-csv',
    kind: 'invalid',
    message: `line ${line}, column ${column}: ${wrong}`,
    hint: 'A series is a CSV file with the columns timestamp and value in its header and a number in each row.',
  });
}
