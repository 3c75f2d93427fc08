import { DISTINCT_TOOLS, TOOLS } from '../risk-table/index.ts';
import { DYNAMIC, isDynamic, type ShellWord } from './shell-words.ts';

/** A folder of programs: `/usr/bin/x`, `/opt/kafka/bin/x`, `$JAVA_HOME/bin/x`. */
const PROGRAM_FOLDER = /^(?:\/|\uFFFC).*\/s?bin\/([^/\uFFFC]+)$|^\/s?bin\/([^/\uFFFC]+)$/;

/**
 * Which program a command's first word names. A path into a folder of programs is the program; `./x` and `bin/x` are
 * so only for names no script of a site goes by (`./kubectl`, `bin/kafka-topics.sh`); any other path stays a path.
 * Undefined where it is only known when it runs.
 */
export function programIn(word: ShellWord): string | undefined {
  const path = word.value;
  const folder = PROGRAM_FOLDER.exec(path);
  const program = folder?.[1] ?? folder?.[2];
  if (program !== undefined && (TOOLS.has(program) || !path.includes(DYNAMIC))) {
    return /^(?:\/usr(?:\/local)?)?\/s?bin\//.test(path) || TOOLS.has(program) || DISTINCT_TOOLS.has(program)
      ? program
      : path;
  }
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (path.includes('/') && DISTINCT_TOOLS.has(last)) return last;
  if (!isDynamic(word)) return path;
  // `$KUBECTL get pods`: a variable named like the program it holds.
  const named = /^"?\$\{?([A-Z][A-Z0-9_]*)\}?"?$/.exec(word.raw)?.[1]?.toLowerCase().replaceAll('_', '-');
  return named !== undefined && DISTINCT_TOOLS.has(named) ? named : undefined;
}
