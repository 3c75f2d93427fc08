import pc from 'picocolors';
import type { GlobalOptions } from '../cli-context.ts';
import { cleanText, toSafeJson } from './clean-text.ts';
import { displayWidth, wrapWords } from './display-width.ts';
import { type Cell, type Column, renderTable } from './render-table.ts';

/** How well something is; each has a mark and a colour, and the mark says it without the colour too. */
export type Tone = 'good' | 'bad' | 'asks' | 'plain';

type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/** Where a command writes: results to stdout, everything said beside them to stderr. */
export type Output = {
  json: boolean;
  quiet: boolean;
  /** Columns there are; Infinity into a pipe, where nothing is cut. */
  width: number;
  /** True when a person reads the results as they appear. */
  terminal: boolean;
  color: boolean;
  /** False where the locale is not UTF-8: marks and typography are ASCII then. */
  unicode: boolean;
  dim(text: string): string;
  bold(text: string): string;
  /** Coloured by tone, without a mark. */
  tint(tone: Tone, text: string): string;
  mark(tone: Tone): string;
  /** The marks without colour. */
  symbols: Readonly<Record<Tone, string>>;
  ellipsis: string;
  /** A result, as lines. */
  print(text: string): void;
  printJson(value: unknown): void;
  printTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): void;
  /** `label  value` lines, values wrapped beside their label. */
  printFacts(facts: readonly (readonly [label: string, value: string | null])[], indent?: number): void;
  /** Bytes of a step, as they are; control sequences are taken out where a terminal would obey them. */
  write(text: string): void;
  /** Progress and remarks: to stderr, and not at all under --quiet. */
  note(text: string): void;
  /** The next useful command, as the last dim line. */
  suggest(text: string): void;
};

const LEAST_WIDTH = 40;
const LEAST_VALUE_WIDTH = 20;

/** @param streams the process's own, or stand-ins */
export function createOutput(
  options: Pick<GlobalOptions, 'json' | 'quiet' | 'color'>,
  environment: NodeJS.ProcessEnv,
  streams: { stdout: Stream; stderr: Stream } = process,
): Output {
  const { stdout, stderr } = streams;
  const wanted = options.color && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  const forced = wanted && /^[1-3]$/.test(environment['FORCE_COLOR'] ?? '');
  const color = forced || (wanted && stdout.isTTY === true);
  const colors = pc.createColors(color);
  const besides = pc.createColors(forced || (wanted && stderr.isTTY === true));
  const unicode = speaksUtf8(environment);
  const marks = unicode
    ? { good: '✓', bad: '✗', asks: '!', plain: '·' }
    : { good: '+', bad: 'x', asks: '!', plain: '-' };
  const tints = { good: colors.green, bad: colors.red, asks: colors.yellow, plain: colors.dim };
  const width = chooseWidth(stdout, environment);
  const output: Output = {
    json: options.json,
    quiet: options.quiet,
    width,
    terminal: stdout.isTTY === true,
    color,
    unicode,
    dim: colors.dim,
    bold: colors.bold,
    tint: (tone, text) => (tone === 'plain' ? text : tints[tone](text)),
    mark: (tone) => tints[tone](marks[tone]),
    symbols: marks,
    ellipsis: unicode ? '…' : '...',
    print: (text) => void stdout.write(`${unicode ? text : toAscii(text)}\n`),
    printJson: (value) => void stdout.write(`${toSafeJson(value)}\n`),
    printTable(columns, rows) {
      output.print(renderTable(columns, rows, { width, ellipsis: output.ellipsis, header: colors.dim }));
    },
    printFacts(facts, indent = 0) {
      const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null);
      const labelWidth = Math.max(0, ...known.map(([label]) => displayWidth(label)));
      const margin = ' '.repeat(indent);
      const room = Math.max(LEAST_VALUE_WIDTH, width - indent - labelWidth - 2);
      for (const [label, value] of known) {
        for (const [place, line] of wrapWords(cleanText(value), room).entries()) {
          const left = place === 0 ? label : '';
          output.print(`${margin}${colors.dim(left)}${' '.repeat(labelWidth - displayWidth(left))}  ${line}`.trimEnd());
        }
      }
    },
    write: (text) => void stdout.write(output.terminal ? cleanText(text) : text),
    note(text) {
      if (!options.quiet && !options.json) stderr.write(`${unicode ? text : toAscii(text)}\n`);
    },
    suggest(text) {
      if (!options.quiet && !options.json) stderr.write(`${besides.dim(unicode ? text : toAscii(text))}\n`);
    },
  };
  return output;
}

function speaksUtf8(environment: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '');
}

/** The typography we use, where the locale has no letters for it. */
function toAscii(text: string): string {
  return text
    .replaceAll('…', '...')
    .replaceAll('·', '-')
    .replaceAll('→', '->')
    .replaceAll('–', '-')
    .replaceAll('’', "'");
}

function chooseWidth(stdout: Stream, environment: NodeJS.ProcessEnv): number {
  const told = Number(environment['COLUMNS']);
  const columns = Number.isInteger(told) && told > 0 ? told : stdout.isTTY ? (stdout.columns ?? 80) : Infinity;
  return Math.max(LEAST_WIDTH, columns);
}
