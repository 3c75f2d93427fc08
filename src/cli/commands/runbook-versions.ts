import type { Command } from 'commander';
import type { RunbookComparison, RunbookHit, RunbookVersion, StepChange } from '../../contract/runbook-version.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { parseCount } from '../options/parse-values.ts';
import { openRunbookSource } from '../runbook-source.ts';
import type { Output, Tone } from '../terminal/output.ts';
import { formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';

const SHOWN_HASH = 12;

/** `holdfast runbook versions|diff|search`. */
export function defineVersionCommands(command: Command, context: CliContext): void {
  const list = addPaging(
    command
      .command('versions')
      .argument('<path>', 'path below a runbooks folder')
      .description('What a runbook was, newest first'),
  );
  addExamples(list, 'holdfast runbook versions database-connections.md').action(
    async (path: string, options: PagingOptions) => {
      const output = context.output();
      const query = { ...pagingQuery(options), path };
      const page = await (await context.api()).get<Page<RunbookVersion>>('/api/v1/runbooks/versions', query);
      if (output.json) return output.printJson(page);
      if (page.items.length === 0) return output.print(`No version of ${path} was ever seen.`);
      const now = new Date();
      output.printTable(
        [{ title: 'VERSION' }, { title: 'SEEN' }, { title: 'TITLE', cutTo: 12 }, { title: 'COMMIT', optional: true }],
        page.items.map((version) => [
          version.sha256 === null
            ? stateCell(output, 'bad', 'removed')
            : `${version.sha256.slice(0, SHOWN_HASH)}${version.current ? ' (now)' : ''}`,
          formatWhen(version.seenAt, now),
          version.title,
          version.origin?.slice(0, SHOWN_HASH) ?? '-',
        ]),
      );
      const older = page.items.find((version) => !version.current && version.sha256 !== null);
      if (!suggestNextPage(output, `holdfast runbook versions ${path}`, page) && older)
        output.suggest(`What changed since: holdfast runbook diff ${path}@${older.sha256?.slice(0, SHOWN_HASH)}`);
    },
  );

  const diff = command
    .command('diff')
    .argument('<before>', 'a file, or PATH@VERSION on the server')
    .argument('[after]', 'a file, or PATH@VERSION (default: PATH as it is now)')
    .description('What two versions do differently, step by step, and whether it is riskier; two files need no server');
  addExamples(
    diff,
    'holdfast runbook diff ops.md ops-new.md',
    'holdfast runbook diff database-connections.md@0123456789ab',
  ).action(async (before: string, after?: string) => {
    const output = context.output();
    const compared = await compare(context, before, after);
    if (output.json) return output.printJson(compared);
    printComparison(output, compared);
  });

  const search = command
    .command('search')
    .argument('<words...>', 'words that all occur; the beginning of a word is enough')
    .description('Find runbooks by their words')
    .option('--limit <n>', 'most hits to show (1 to 100, default: 20)', parseCount);
  addExamples(search, 'holdfast runbook search replication lag').action(
    async (words: string[], options: { limit?: number }) => {
      const output = context.output();
      const query = { q: words.join(' '), limit: options.limit };
      const found = await (await context.api()).get<{ items: RunbookHit[] }>('/api/v1/runbooks/search', query);
      if (output.json) return output.printJson(found);
      if (found.items.length === 0) return output.print(`No runbook has all of: ${words.join(' ')}`);
      for (const hit of found.items) {
        output.print(`${output.bold(hit.path)}  ${hit.title}`);
        for (const excerpt of hit.excerpts)
          output.print(`  ${excerpt.replace(/«([^»]*)»/g, (_mark, word: string) => output.tint('asks', word))}`);
      }
      output.suggest(`Read one: holdfast runbook show ${found.items[0]?.path}`);
    },
  );
}

async function compare(context: CliContext, before: string, after: string | undefined): Promise<RunbookComparison> {
  const version = /^(.+)@([0-9a-f]{7,64})$/.exec(before);
  const later = after === undefined ? null : /^(.+)@([0-9a-f]{7,64})$/.exec(after);
  if (version) {
    const [, path = '', from = ''] = version;
    if (after !== undefined && (later === null || later[1] !== path)) {
      throw new HoldfastError({
        code: 'cli.two-runbooks',
        kind: 'invalid',
        message: `${before} and ${after} are not versions of one runbook`,
        hint: `Write ${path}@VERSION for both, or name two files.`,
      });
    }
    const query = { path, from, to: later?.[2] ?? 'current' };
    return (await context.api()).get<RunbookComparison>('/api/v1/runbooks/diff', query);
  }
  if (after === undefined) {
    throw new HoldfastError({
      code: 'cli.one-version',
      kind: 'invalid',
      message: `${before} alone cannot be compared`,
      hint: `Name a second file, or a version of it: holdfast runbook diff ${before}@VERSION (see holdfast runbook versions).`,
    });
  }
  const source = await openRunbookSource(context, ['.']);
  const { compareRunbooks } = await import('../../act/runbooks/index.ts');
  return compareRunbooks(await source.show(before), await source.show(after));
}

const TONES: Readonly<Record<StepChange['risk'], Tone>> = { riskier: 'bad', safer: 'good', same: 'plain' };

function printComparison(output: Output, { changes, inputs, risk }: RunbookComparison): void {
  if (changes.length === 0 && inputs.added.length === 0 && inputs.removed.length === 0) {
    output.print('They do the same.');
    return;
  }
  for (const { procedure, change, before, after, risk: direction } of changes) {
    const step = after ?? before;
    const risks =
      before && after && before.risk !== after.risk
        ? `${before.risk ?? 'none'} -> ${after.risk ?? 'none'}`
        : (step?.risk ?? 'none');
    const where = `${procedure}:${step?.line}`;
    output.print(
      `${output.mark(TONES[direction])} ${change} ${where} ${output.bold(step?.title ?? '')} ${output.tint(TONES[direction], risks)}`,
    );
    if (change === 'moved') continue;
    for (const line of before && before.body !== after?.body ? before.body.split('\n') : [])
      output.print(output.tint('bad', `    - ${line}`));
    for (const line of after && after.body !== before?.body ? after.body.split('\n') : [])
      output.print(output.tint('good', `    + ${line}`));
  }
  if (inputs.added.length > 0) output.print(`New inputs: ${inputs.added.join(', ')}`);
  if (inputs.removed.length > 0) output.print(`Inputs no longer asked for: ${inputs.removed.join(', ')}`);
  output.print(output.tint(TONES[risk], risk === 'same' ? 'As risky as before.' : `The new one is ${risk}.`));
}
