import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { LintFinding } from '../../contract/runbook-lint.ts';
import { lintRunbook } from './read-lazily.ts';
import type { RunbookLibrary } from './runbook-library.ts';

export type LintCounts = { errors: number; warnings: number };
type Known = LintCounts & {
  sha256: string;
  /** Every file its links were looked up at, and whether it was there: with them the findings change. */
  links: ReadonlyMap<string, boolean>;
};

export type RunbookLints = {
  /** Mistakes in a runbook of the library, links to files that are not there among them. @throws as `library.read` */
  findings(path: string): Promise<LintFinding[]>;
  /**
   * How many findings each runbook has. What is not known yet is found out as long as there is time; the others are
   * missing from the answer, and the next call goes on with them.
   */
  counts(
    runbooks: readonly { path: string; sha256: string }[],
    options: { withinMs: number },
  ): Promise<Map<string, LintCounts>>;
};

/** Lints the runbooks of a library, and remembers how many findings each has until it or what it links to changes. */
export function createRunbookLints(library: Pick<RunbookLibrary, 'read'>): RunbookLints {
  const known = new Map<string, Known>();

  const findings = async (path: string): Promise<LintFinding[]> => {
    const entry = await library.read(path);
    const links = new Map<string, boolean>();
    const fileExists = (link: string): boolean => {
      const file = resolve(dirname(entry.file), link);
      const there = links.get(file) ?? existsSync(file);
      links.set(file, there);
      return there;
    };
    const found = await lintRunbook({ file: entry.path, text: entry.text }, { fileExists });
    const errors = found.filter((finding) => finding.severity === 'error').length;
    known.set(path, { sha256: entry.document.sha256, links, errors, warnings: found.length - errors });
    return found;
  };

  return {
    findings,
    async counts(runbooks, { withinMs }) {
      const until = performance.now() + withinMs;
      const paths = new Set(runbooks.map((runbook) => runbook.path));
      for (const path of known.keys()) if (!paths.has(path)) known.delete(path);
      const counts = new Map<string, LintCounts>();
      for (const { path, sha256 } of runbooks) {
        const isFresh = () => known.get(path)?.sha256 === sha256 && linksStand(known.get(path)!.links);
        // A file that goes away meanwhile is told by the next list.
        if (!isFresh() && performance.now() < until) await findings(path).catch(() => []);
        if (!isFresh()) continue;
        const { errors, warnings } = known.get(path)!;
        counts.set(path, { errors, warnings });
      }
      return counts;
    },
  };
}

function linksStand(links: ReadonlyMap<string, boolean>): boolean {
  for (const [file, there] of links) if (existsSync(file) !== there) return false;
  return true;
}
