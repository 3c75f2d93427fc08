import { cleanLine } from './clean-text.ts';
import { cutMiddle, displayWidth } from './display-width.ts';

/** A cell, with how to colour it: the width is that of the text alone. */
export type Cell = string | { text: string; paint: (text: string) => string };

export type Column = {
  title: string;
  /** May be cut in the middle down to this many columns. Without it the column is never cut: ids, states, times. */
  cutTo?: number;
  /** Left out where there is no room; the rightmost such column goes first. */
  optional?: boolean;
  align?: 'right';
};

export type TableStyle = { width: number; ellipsis: string; header: (text: string) => string };

const GAP = '  ';

/** Aligned columns without borders: they survive `grep`, `awk` and narrow windows. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], style: TableStyle): string {
  const cleaned = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? cleanLine(cell) : { ...cell, text: cleanLine(cell.text) })),
  );
  const shown = chooseColumns(columns, cleaned, style.width);
  const widths = fitWidths(
    shown.map((index) => columns[index]!),
    shown.map((index) => naturalWidth(columns[index]!, cleaned, index)),
    style.width,
  );
  const line = (cells: readonly Cell[]) =>
    shown
      .map((index, place) => {
        const cell = cells[index] ?? '';
        const text = cutMiddle(textOf(cell), widths[place]!, style.ellipsis);
        const space = ' '.repeat(Math.max(0, widths[place]! - displayWidth(text)));
        const painted = typeof cell === 'string' ? text : cell.paint(text);
        if (columns[index]!.align === 'right') return space + painted;
        return place === shown.length - 1 ? painted : painted + space;
      })
      .join(GAP)
      .trimEnd();
  const header = line(columns.map((column) => ({ text: column.title, paint: style.header })));
  return [header, ...cleaned.map(line)].join('\n');
}

const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text);

function naturalWidth(column: Column, rows: readonly (readonly Cell[])[], index: number): number {
  return Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(textOf(row[index] ?? ''))));
}

function leastWidth(column: Column, natural: number): number {
  return column.cutTo === undefined ? natural : Math.min(natural, Math.max(column.cutTo, displayWidth(column.title)));
}

/** Indices of the columns for which there is room. */
function chooseColumns(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): number[] {
  const shown = columns.map((_, index) => index);
  const need = () =>
    shown.reduce((sum, index) => sum + leastWidth(columns[index]!, naturalWidth(columns[index]!, rows, index)), 0) +
    GAP.length * (shown.length - 1);
  while (need() > width) {
    const last = shown.findLastIndex((index) => columns[index]!.optional === true);
    if (last < 0) break;
    shown.splice(last, 1);
  }
  return shown;
}

/** What is too much is taken from the widest column that may be cut, one by one. */
function fitWidths(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1) - width;
  while (excess > 0) {
    let widest = -1;
    for (const [index, each] of widths.entries()) {
      if (each > leastWidth(columns[index]!, natural[index]!) && (widest < 0 || each > widths[widest]!)) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = widths[widest]! - 1;
    excess -= 1;
  }
  return widths;
}
