import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { type Command, Option } from 'commander';
import type { AuditEntry, AuditVerdict } from '../../contract/identity.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { parseCount } from '../options/parse-values.ts';
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
    .option('--anchors <file>', 'signed anchors kept elsewhere, which a rewritten chain cannot have')
    .option('--key <key>', 'public key, or its fingerprint, that the anchors must be signed with')
    .description(
      'Follow the hash chain and say where it breaks; with a file it needs no server. Exit code 1 when it breaks',
    );
  addExamples(
    verify,
    'holdfast audit verify',
    'holdfast audit verify audit.jsonl',
    'holdfast audit verify audit.jsonl --anchors audit-anchors.jsonl --key 0123456789abcdef',
  );
  verify.action(async (file: string | undefined, options: { anchors?: string; key?: string }) => {
    const output = context.output();
    const anchors = options.anchors === undefined ? null : await loadAnchors(options.anchors, options.key ?? null);
    if (anchors && !anchors.ok) {
      const verdict = {
        ok: false as const,
        entries: 0,
        seq: 0,
        problem: 'unreadable' as const,
        message: `${options.anchors}: ${anchors.message}`,
      };
      if (output.json) output.printJson(verdict);
      else output.print(`${output.mark('bad')} ${verdict.message}`);
      context.setExitCode(EXIT.found);
      return;
    }
    const verdict =
      file === undefined && anchors === null
        ? await verifyOnServer(context)
        : await verifyAgainst(context, file, anchors?.anchors);
    if (!output.json && verdict.ok && anchors) {
      const { fingerprintOfKey } = await import('../../platform/identity/signing-keys.ts');
      output.note(
        `${count(anchors.anchors.size, 'anchor')} signed with ${anchors.keys.map(fingerprintOfKey).join(', ') || 'no key'}`,
      );
    }
    if (output.json) output.printJson(verdict);
    else printVerdict(output, verdict);
    if (!verdict.ok) context.setExitCode(EXIT.found);
  });

  const save = command
    .command('export')
    .argument('[file]', 'where to write it (default: stdout)')
    .addOption(
      new Option(
        '--format <format>',
        'proof, which verify reads, or events, one a line for a SIEM (default: proof)',
      ).choices(['proof', 'events']),
    )
    .option('--after <seq>', 'with --format events: those after this entry', parseCount)
    .description('The whole record as JSON lines with its hashes, for whoever keeps it elsewhere');
  addExamples(
    save,
    'holdfast audit export audit.jsonl',
    'holdfast audit export | zstd > audit.jsonl.zst',
    'holdfast audit export --format events --after 1200',
  );
  save.action(async (file: string | undefined, options: { format?: string; after?: number }) => {
    const output = context.output();
    const response = await (await context.api()).open('/api/v1/audit/export', { ...options });
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

type Anchors = Map<number, string>;

async function loadAnchors(file: string, key: string | null) {
  const { readAnchors } = await import('../../platform/identity/audit-anchor.ts');
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw new HoldfastError({
      code: 'audit.unreadable-file',
      kind: 'invalid',
      message: `${file} cannot be read: ${messageOf(thrown)}`,
      hint: 'Name the file that `audit.anchorFile` in the configuration names, or a copy of it.',
    });
  });
  return readAnchors(text.split('\n'), key);
}

/** A file, or what the server exports at this moment, against anchors kept elsewhere. */
async function verifyAgainst(
  context: CliContext,
  file: string | undefined,
  anchors: Anchors = new Map(),
): Promise<AuditVerdict> {
  if (file !== undefined) return verifyFile(file, anchors);
  const { verifyAuditExport } = await import('../../platform/identity/audit-export.ts');
  const response = await (await context.api()).open('/api/v1/audit/export');
  const input = Readable.from(response.body as AsyncIterable<Uint8Array>);
  return verifyAuditExport(createInterface({ input, crlfDelay: Infinity }), anchors);
}

async function verifyFile(file: string, anchors: Anchors): Promise<AuditVerdict> {
  const { verifyAuditExport } = await import('../../platform/identity/audit-export.ts');
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    // Listening before the first line is asked for: a file that cannot be opened fails at once.
    const failed = new Promise<never>((_resolve, reject) => input.once('error', reject));
    return await Promise.race([verifyAuditExport(createInterface({ input, crlfDelay: Infinity }), anchors), failed]);
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
