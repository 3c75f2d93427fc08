import { decodeMisread } from '../decode-misread.ts';
import { editDistance } from '../edit-distance.ts';
import type { LintDocument } from '../lint-document.ts';
import type { Found, LintRule } from '../lint-rule.ts';

/** The first byte of a character of several bytes, and up to three more, as Windows-1252 shows them. */
const MISREAD =
  /[\u00C2-\u00F4][\u0080-\u00BF\u0152\u0153\u0160\u0161\u0178\u017D\u017E\u0192\u02C6\u02DC\u2013-\u203A\u20AC\u2122]{1,3}/g;

/** Mistakes of the document itself. */
export const MARKDOWN_RULES: readonly LintRule[] = [
  {
    id: 'invalid-annotation',
    severity: 'error',
    title: 'Front matter or fence attributes that Holdfast cannot read',
    why: 'The runbook can be read by people but not planned or run: Holdfast refuses it rather than guess what was meant.',
    fix: 'Write the attribute or setting as the message says.',
    bad: '```sh {risk=harmless}\nuptime\n```\n',
    good: '```sh {risk=read}\nuptime\n```\n',
    loud: ['# X\n\n```sh {name=a risk=change rollback=nope}\ntouch /tmp/x\n```\n'],
    silent: [
      '# X\n\n```sh {name=a risk=change rollback=undo}\ntouch /tmp/x\n```\n\n```sh {name=undo}\nrm /tmp/x\n```\n',
    ],
    *check(document) {
      if (document.problem !== null)
        yield { at: document.lineSpan(document.problem.line), message: document.problem.message };
    },
  },
  {
    id: 'unreadable-front-matter',
    severity: 'warning',
    title: 'A head that is not YAML',
    why: 'Its settings are left aside: a title, a severity or a trigger that was meant is not there.',
    fix: 'Put values with a colon into quotes.',
    bad: '---\ntitle: Restart: the easy way\nweight: 20\n---\n\n# Restart\n',
    good: '---\ntitle: "Restart: the easy way"\nweight: 20\n---\n\n# Restart\n',
    *check(document) {
      yield* notesOf(document, 'front-matter');
    },
  },
  {
    id: 'include-not-read',
    severity: 'warning',
    title: 'A part of another file that is only put in by a site generator',
    why: 'Read as it is, in the repository or by Holdfast, the runbook lacks the steps of the other file, and nobody notices.',
    fix: 'Write the steps here, or link to the file.',
    bad: '# Restart\n\n--8<-- "common.md"\n\n```bash\nuptime\n```\n',
    good: '# Restart\n\nFirst do what [the common steps](common.md) say.\n\n```bash\nuptime\n```\n',
    *check(document) {
      yield* notesOf(document, 'include');
    },
  },
  {
    id: 'no-safe-form',
    severity: 'error',
    title: 'A value at a place where nothing can quote it',
    why: 'Whatever is filled in there is read as code of the inner program. Holdfast does not run such a step; a person has to, and has to know.',
    fix: 'Hand the value over beside the code: the environment, `jq --arg`, a bind variable, or a tool that takes it as a word. A declared input that bash is to work on (`${zone%.}`) is first written to a variable: `value=$zone`.',
    bad: '# Look\n\n```sh\nawk \'$1 == "<name>"\' hosts.txt\n```\n',
    good: '# Look\n\n```sh\ngrep -F -- "<name>" hosts.txt\n```\n',
    *check(document) {
      yield* notesOf(document, 'no-safe-form');
    },
  },
  {
    id: 'unclosed-fence',
    severity: 'error',
    title: 'A code block whose end was never written',
    why: 'Everything below it, further steps and headings too, becomes part of the code block.',
    fix: 'Close the block with the same marks it was opened with.',
    bad: '## Restart\n\n```bash\nsystemctl restart nginx\n\n## Verify\n\nLook at the graphs.\n',
    good: '## Restart\n\n```bash\nsystemctl restart nginx\n```\n\n## Verify\n\nLook at the graphs.\n',
    silent: ['```bash\nsystemctl restart nginx\n```{{exec}}\n\nLook at the graphs.\n'],
    *check(document) {
      for (const block of document.blocks) {
        if (block.closed) continue;
        yield { at: document.lineSpan(block.line), message: 'the code block opened here is never closed' };
      }
    },
  },
  {
    id: 'dead-anchor',
    severity: 'error',
    title: 'A link to a heading that is not in the document',
    why: 'Who follows it at night lands at the top of the page and does not know what to do next.',
    fix: 'Link to the heading as it is called now.',
    bad: '[Restore](#restore-database)\n\n## Restore the database\n',
    good: '[Restore](#restore-the-database)\n\n## Restore the database\n',
    silent: ['[top](#top)\n', '<a name="restore"></a>\n\n[x](#restore)\n', '[x](#überblick)\n\n## Überblick\n'],
    *check(document) {
      for (const link of document.links) {
        if (!link.url.startsWith('#') || link.url === '#' || link.url === '#top') continue;
        const anchor = decode(link.url.slice(1));
        if (document.anchors.has(anchor) || document.anchors.has(anchor.toLowerCase())) continue;
        // GitLab and others write `a--b` as `a-b`; where it is read decides which of the two is alive.
        if ([...document.anchors].some((each) => collapsed(each) === collapsed(anchor))) continue;
        const near = nearestAnchor(document, anchor);
        const found: Found = {
          at: link,
          message: `no heading has the anchor #${anchor}${near === undefined ? '' : `; did you mean #${near}?`}`,
        };
        const at = document.text.indexOf(link.url, link.start);
        if (near !== undefined && editDistance(near, anchor, 2) <= 2 && at >= 0 && at < link.end) {
          found.fix = {
            title: `Link to #${near}`,
            edits: [{ start: at + 1, end: at + link.url.length, text: near }],
          };
        }
        yield found;
      }
    },
  },
  {
    id: 'dead-link',
    severity: 'warning',
    title: 'A link to a file that is not there',
    why: 'What the link promises (a procedure, a drawing) cannot be read when it is needed.',
    fix: 'Correct the path, or take the link out. Paths are relative to the runbook.',
    bad: 'See [the restore guide](./no-such-file.md).\n',
    good: 'See [the restore guide](https://docs.example.com/restore).\n',
    *check(document) {
      if (document.fileExists === null) return;
      for (const link of document.links) {
        if (/^(?:[a-z][a-z0-9+.-]*:|#|\/|\?|<)/i.test(link.url) || link.url.trim() === '' || /[{}<>$]/.test(link.url))
          continue;
        const path = decode(link.url.replace(/[?#].*$/, ''));
        if (path !== '' && !document.fileExists(path)) yield { at: link, message: `${path} is not there` };
      }
    },
  },
  {
    id: 'mojibake',
    severity: 'warning',
    title: 'Characters that were decoded wrongly',
    why: 'The text was saved as UTF-8 and read as Windows-1252. In a message template the garbage goes out to customers; in a command it is another name than the one meant.',
    fix: 'Save the file as UTF-8. `--fix` puts the characters back that can be told.',
    bad: 'Level 1 â†’ Level 2\n',
    good: 'Level 1 → Level 2\n',
    loud: ['ðŸš¨ INCIDENT\n', 'the clientâ€™s data\n', 'GrÃ¶ÃŸe\n'],
    silent: ['Größe, âge, São Paulo, Ângela, “quoted” — naïve → 🚨\n', 'ÂNGELA\n'],
    *check(document) {
      const groups: { start: number; end: number; written: string; text: string; line: number }[][] = [];
      for (const match of document.text.matchAll(MISREAD)) {
        const text = decodeMisread(match[0]);
        if (text === null) continue;
        const line = lineOf(document, match.index);
        const near = groups.at(-1)?.at(-1);
        const place = { start: match.index, end: match.index + match[0].length, written: match[0], text, line };
        // One bad save leaves many; each stretch of the text is told once.
        if (near !== undefined && line - near.line <= 3) groups.at(-1)!.push(place);
        else groups.push([place]);
      }
      for (const group of groups) {
        const { start, end, written, text } = group[0]!;
        const more = group.length > 1 ? ` (and ${group.length - 1} more nearby)` : '';
        yield {
          at: { start, end },
          message: `\`${written}\` was probably \`${text}\`${more}`,
          fix: {
            title: 'Put the characters back',
            edits: group.map((each) => ({ start: each.start, end: each.end, text: each.text })),
          },
        };
      }
    },
  },
  {
    id: 'step-numbers',
    severity: 'warning',
    title: 'Steps whose numbers repeat or skip',
    why: 'Markdown counts on by itself, so what the reader sees is not what was written; "go on with step 4" then means another step, or a step was lost in an edit.',
    fix: 'Number the steps one after the other.',
    bad: '1. Drain the node\n2. Restart it\n2. Uncordon it\n',
    good: '1. Drain the node\n2. Restart it\n3. Uncordon it\n',
    silent: [
      '1. Drain\n1. Restart\n1. Uncordon\n',
      '1. Drain\n\n```bash\nuptime\n```\n\n2. Restart\n',
      '1. A\n   1. B\n   2. C\n2. D\n',
    ],
    loud: ['1. Drain\n\n```bash\nuptime\n```\n\n3. Restart\n'],
    *check(document) {
      yield* misnumbered(document);
    },
  },
  {
    id: 'missing-step',
    severity: 'warning',
    title: 'A reference to a step that does not exist',
    why: 'The reader is sent to a step that is not there, in the middle of a procedure.',
    fix: 'Name the step that is meant.',
    bad: '## Failover\n\n1. Promote the replica\n2. Point DNS to it\n3. If it does not answer, go back to step 5\n',
    good: '## Failover\n\n1. Promote the replica\n2. Point DNS to it\n3. If it does not answer, go back to step 1\n',
    silent: ['## Failover\n\nSkip to step 9 of the vendor guide.\n'],
    *check(document) {
      for (const item of document.items) {
        const asked = [
          ...item.text.matchAll(
            /\b(?:go(?: back)? to|back to|return to|repeat|skip to|continue (?:with|at|from)|redo) step (\d+)\b(?!\s+(?:of|in)\b)/gi,
          ),
        ];
        const numbers = asked.length === 0 ? null : numbersOfSection(document, item.start);
        if (numbers === null || numbers.size < 2) continue;
        for (const match of asked) {
          if (numbers.has(Number(match[1]))) continue;
          yield { at: document.lineSpan(item.line), message: `there is no step ${match[1]} here` };
        }
      }
    },
  },
  {
    id: 'threshold-order',
    severity: 'warning',
    title: 'A warning threshold that lies beyond the critical one',
    why: 'The critical alert comes first and the warning never matters, or one of the two numbers is wrong.',
    fix: 'Check both numbers: with ">" the warning is the smaller one.',
    bad: '| Metric | Threshold | Severity |\n|---|---|---|\n| Disk usage | > 95% | Warning |\n| Disk usage | > 90% | Critical |\n',
    good: '| Metric | Threshold | Severity |\n|---|---|---|\n| Disk usage | > 80% | Warning |\n| Disk usage | > 90% | Critical |\n',
    silent: [
      '| Metric | Threshold | Severity |\n|---|---|---|\n| Free disk | < 20% | Warning |\n| Free disk | < 10% | Critical |\n',
    ],
    *check(document) {
      yield* misordered(document);
    },
  },
];

function lineOf(document: LintDocument, offset: number): number {
  let low = 1;
  let high = document.lines.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (document.lineStart(middle) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function* notesOf(document: LintDocument, rule: LintDocument['notes'][number]['rule']): Iterable<Found> {
  for (const note of document.notes)
    if (note.rule === rule) yield { at: document.lineSpan(note.line), message: note.message };
}

const collapsed = (anchor: string) => anchor.toLowerCase().replace(/-+/g, '-').replace(/^-|-$/g, '');

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function nearestAnchor(document: LintDocument, anchor: string): string | undefined {
  const plain = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
  const same = [...document.anchors].find((each) => plain(each) === plain(anchor));
  if (same !== undefined) return same;
  return [...document.anchors].find((each) => editDistance(each, anchor, 3) <= Math.min(3, anchor.length / 4));
}

/** Top-level numbered items in reading order; a heading, a label or a return to 1 begins anew. */
function* misnumbered(document: LintDocument): Iterable<Found> {
  const groups: { number: number; line: number; list: number }[][] = [];
  let before: { end: number; depth: number } | undefined;
  for (const item of document.items) {
    if (item.number === null || item.depth !== 1) continue;
    const gap = before === undefined ? '' : document.text.slice(before.end, item.start);
    const anew =
      before === undefined ||
      item.number === 1 ||
      /^(?:#{1,6} |\*\*[^*]+\*\*:?\s*$|[A-Z][^.\n`]*:\s*$|---)/m.test(outsideFences(gap));
    const sameList = groups.at(-1)?.at(-1)?.list === item.list;
    if (anew && !sameList) groups.push([]);
    groups.at(-1)?.push({ number: item.number, line: item.line, list: item.list });
    before = item;
  }
  for (const group of groups) {
    // `1. 1. 1.` is a habit, not a mistake.
    if (group.every((each) => each.number === group[0]!.number)) continue;
    for (const [place, item] of group.entries()) {
      const last = group[place - 1];
      // A return to 1 begins another procedure, as CommonMark counts it or not.
      if (last === undefined || item.number === last.number + 1 || item.number === 1) continue;
      const what =
        item.number === last.number ? `number ${item.number} is there twice` : `${item.number} follows ${last.number}`;
      yield { at: document.lineSpan(item.line), message: `the steps are misnumbered: ${what}` };
    }
  }
}

const outsideFences = (text: string) => text.replace(/^[ \t]*(`{3,}|~{3,})[\s\S]*?^[ \t]*\1[ \t]*$/gm, '');

function numbersOfSection(document: LintDocument, offset: number): Set<number> {
  const from = document.headings.findLast((heading) => heading.start <= offset)?.start ?? 0;
  const to = document.headings.find((heading) => heading.start > offset)?.start ?? document.text.length;
  const items = document.items.filter((item) => item.depth === 1 && item.start >= from && item.start < to);
  return new Set(items.flatMap((item, place) => [item.number ?? 0, ...(item.number === 1 ? [place + 1] : [])]));
}

function* misordered(document: LintDocument): Iterable<Found> {
  for (const table of document.tables) {
    const header = table.rows[0]?.map((cell) => cell.toLowerCase()) ?? [];
    const severity = header.findIndex((cell) => /severity|level/.test(cell));
    const threshold = header.findIndex((cell) => /threshold|condition|value/.test(cell));
    if (severity < 0 || threshold < 0) continue;
    const seen = new Map<string, { sign: string; value: number }>();
    for (const [place, row] of table.rows.entries()) {
      const [, sign, number, unit = ''] = /^([<>])=?\s*(\d+(?:\.\d+)?)\s*([a-zA-Z%]*)/.exec(row[threshold] ?? '') ?? [];
      if (sign === undefined) continue;
      const level = (row[severity] ?? '').toLowerCase();
      const key = `${row[0]}\0${sign}\0${unit}`;
      const other = seen.get(key);
      if (/warn/.test(level)) seen.set(key, { sign, value: Number(number) });
      else if (/crit/.test(level) && other !== undefined) {
        const wrong = sign === '>' ? other.value >= Number(number) : other.value <= Number(number);
        if (wrong)
          yield {
            at: document.lineSpan(table.line + place + 1),
            message: `${row[0]} is critical at ${sign} ${number}${unit}, but only a warning at ${sign} ${other.value}${unit}`,
          };
      }
    }
  }
}
