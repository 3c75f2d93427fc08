import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type { AuditEntry, AuditVerdict } from '../../contract/identity.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import type { Output } from '../terminal/output.ts';
import { count, formatBytes, formatWhen } from '../terminal/times.ts';

/** `holdfast audit ls|verify|export`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast audit ls --actor user:ada',
    'holdfast audit export audit.jsonl',
    'holdfast audit verify audit.jsonl',
  );

  const list = command
    .command('ls')
    .description('Who did what, newest first')
    .option('--kind <kind>', 'of this kind: approval.granted, key.created, …')
    .option('--actor <actor>', 'by this one: user:ada, key:ci, cli:local, system')
    .option('--aggregate <aggregate>', 'about this: run:run_…, incident:inc_…');
  addPaging(list);
  addExamples(list, 'holdfast audit ls --kind approval.granted', 'holdfast audit ls --actor user:ada --json');
  list.action(
    async ({
      kind,
      actor,
      aggregate,
      ...options
    }: PagingOptions & { kind?: string; actor?: string; aggregate?: string }) => {
      const output = context.output();
      const query = { ...pagingQuery(options), kind, actor, aggregate };
      const page = await (await context.api()).get<Page<AuditEntry>>('/api/v1/audit', query);
      if (output.json) return output.printJson(page);
      if (page.items.length === 0) return output.print('No such entries.');
      const now = new Date();
      output.printTable(
        [
          { title: 'SEQ', align: 'right' },
          { title: 'WHAT' },
          { title: 'ABOUT' },
          { title: 'BY', cutTo: 8, optional: true },
          { title: 'WHEN', optional: true },
          { title: 'DETAIL', cutTo: 12, optional: true },
        ],
        page.items.map((entry) => [
          String(entry.seq),
          entry.kind,
          entry.aggregate,
          entry.actor,
          formatWhen(entry.at, now),
          detailOf(entry),
        ]),
      );
      if (!suggestNextPage(output, 'holdfast audit ls', page))
        output.suggest('Prove that nothing was changed: holdfast audit verify');
    },
  );

  const verify = command
    .command('verify')
    .argument('[file]', 'an export to check instead of the server; - reads stdin')
    .description(
      'Follow the hash chain and say where it breaks; with a file it needs no server. Exit code 1 when it breaks',
    );
  addExamples(verify, 'holdfast audit verify', 'holdfast audit verify audit.jsonl');
  verify.action(async (file: string | undefined) => {
    const output = context.output();
    const verdict = file === undefined ? await verifyOnServer(context) : await verifyFile(file);
    if (output.json) output.printJson(verdict);
    else printVerdict(output, verdict);
    if (!verdict.ok) context.setExitCode(EXIT.found);
  });

  const save = command
    .command('export')
    .argument('[file]', 'where to write it (default: stdout)')
    .description('The whole record as JSON lines with its hashes, for whoever keeps it elsewhere');
  addExamples(save, 'holdfast audit export audit.jsonl', 'holdfast audit export | zstd > audit.jsonl.zst');
  save.action(async (file: string | undefined) => {
    const output = context.output();
    const response = await (await context.api()).open('/api/v1/audit/export');
    const body = response.body as AsyncIterable<Uint8Array>;
    if (file === undefined) {
      for await (const chunk of body) await writeOut(chunk);
      return;
    }
    const bytes = await writeWhole(file, body);
    if (output.json) return output.printJson({ file, bytes });
    output.print(`${output.mark('good')} ${file}, ${formatBytes(bytes)}`);
    output.suggest(`Check it, here or elsewhere: holdfast audit verify ${file}`);
  });
}

async function verifyOnServer(context: CliContext): Promise<AuditVerdict> {
  return (await context.api()).get<AuditVerdict>('/api/v1/audit/verify', undefined, { timeoutMs: null });
}

async function verifyFile(file: string): Promise<AuditVerdict> {
  const { verifyAuditExport } = await import('../../platform/identity/audit-export.ts');
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    // Listening before the first line is asked for: a file that cannot be opened fails at once.
    const failed = new Promise<never>((_resolve, reject) => input.once('error', reject));
    return await Promise.race([verifyAuditExport(createInterface({ input, crlfDelay: Infinity })), failed]);
  } catch (thrown) {
    throw new HoldfastError({
      code: 'audit.unreadable-file',
      kind: 'invalid',
      message: `${file} cannot be read: ${messageOf(thrown)}`,
      hint: 'Name a file that `holdfast audit export` wrote.',
      cause: thrown,
    });
  }
}

function printVerdict(output: Output, verdict: AuditVerdict): void {
  if (verdict.ok) {
    output.print(`${output.mark('good')} ${count(verdict.entries, 'entry', 'entries')}, none changed, none missing`);
    output.printFacts(
      [
        ['Last', `${verdict.lastSeq}`],
        ['Hash', verdict.lastHash],
      ],
      2,
    );
    output.suggest('Keep the last hash elsewhere: it proves all entries before it.');
    return;
  }
  output.print(`${output.mark('bad')} ${verdict.problem} at entry ${verdict.seq}: ${verdict.message}`);
  output.printFacts([['Good', `${count(verdict.entries, 'entry', 'entries')} before it`]], 2);
}

function detailOf({ body }: AuditEntry): string {
  const told = body['detail'] ?? body['reason'] ?? body['text'] ?? body['title'] ?? body['name'];
  return typeof told === 'string' ? told : '';
}

function writeOut(chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(chunk, (error) => (error ? reject(error) : resolve())));
}

/** Whole or not at all, and for its owner's eyes. @returns bytes written */
async function writeWhole(file: string, body: AsyncIterable<Uint8Array>): Promise<number> {
  const draft = `${file}.${process.pid}.part`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    let bytes = 0;
    try {
      for await (const chunk of body) {
        await handle.write(chunk);
        bytes += chunk.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    return bytes;
  } catch (thrown) {
    await rm(draft, { force: true });
    throw new HoldfastError({
      code: 'file.unwritable',
      kind: 'invalid',
      message: `${file} could not be written: ${messageOf(thrown)}`,
      hint: 'Check the folder, its permissions and the space left.',
      cause: thrown,
    });
  }
}
