import type pg from 'pg';

const LONGEST_CELL = 200;
const MOST_ROWS = 1_000;

/** A result as psql would show it: aligned columns, row count; long cells and results are cut and say so. */
export function renderTable(result: pg.QueryResult): string {
  if (result.fields.length === 0) return `${result.command}${result.rowCount === null ? '' : ` ${result.rowCount}`}\n`;
  const names = result.fields.map((field) => field.name);
  const shown = result.rows.slice(0, MOST_ROWS) as unknown[][];
  const cells = shown.map((row) => row.map(renderCell));
  const widths = names.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    ` ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')}`.trimEnd();
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+');
  const count = result.rows.length;
  const cut = count > MOST_ROWS ? `, first ${MOST_ROWS} shown` : '';
  return `${[line(names), rule, ...cells.map(line), `(${count} ${count === 1 ? 'row' : 'rows'}${cut})`].join('\n')}\n\n`;
}

function renderCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const oneLine = String(value).replaceAll(/\s+/g, ' ');
  return oneLine.length > LONGEST_CELL ? `${oneLine.slice(0, LONGEST_CELL - 1)}…` : oneLine;
}
