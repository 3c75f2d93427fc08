import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ApiKey, KEY_ROLES } from '../../contract/identity.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { type ApiClient, route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { parseDurationMs } from '../options/parse-values.ts';
import type { Output, Tone } from '../terminal/output.ts';
import { formatDate, formatDuration, formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';

const KEY = ['<key>', 'name or id of the key'] as const;
const MOST_KEYS = 500;

type CreatedKey = { key: ApiKey; secret: string };

/** `holdfast key create|ls|rotate|revoke`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast key create ci --role operator',
    'holdfast key rotate ci --overlap 1h',
    'holdfast key revoke ci',
  );

  const create = addExpiry(
    command
      .command('create')
      .argument('<name>', 'what it is for: ci, grafana')
      .description('Make an API key; its secret is shown this once'),
  )
    .addOption(new Option('--role <role>', 'what it may do').choices(KEY_ROLES).makeOptionMandatory())
    .option('--owner <user>', 'the person who answers for it; approvals count persons (default: you)')
    .option('--idempotency-key <key>', 'repeated with the same key it is made once');
  addExamples(
    create,
    'holdfast key create ci --role operator',
    'holdfast key create prometheus --role sender --expires-in never',
    'holdfast key create grace-phone --role approver --owner grace',
    'HOLDFAST_TOKEN=$(holdfast key create ci --role viewer --expires-in 1h --quiet)',
  );
  type CreateOptions = { role: string; owner?: string; expiresIn?: number | null; idempotencyKey?: string };
  create.action(async (name: string, options: CreateOptions) => {
    const body = { name, role: options.role, owner: options.owner, expiresInMs: options.expiresIn };
    const created = await (await context.api()).send<CreatedKey>('POST', '/api/v1/keys', {
      body,
      idempotencyKey: options.idempotencyKey,
    });
    printSecret(context.output(), created);
  });

  const list = addPaging(command.command('ls').description('All keys, newest first, without their secrets'));
  addExamples(list, 'holdfast key ls').action(async (options: PagingOptions) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<ApiKey>>('/api/v1/keys', pagingQuery(options));
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('No API keys.');
      return output.suggest('Make one: holdfast key create ci --role operator');
    }
    const now = new Date();
    output.printTable(
      [
        { title: 'NAME', cutTo: 12 },
        { title: 'STATE' },
        { title: 'ROLE' },
        { title: 'OWNER', optional: true },
        { title: 'BEGINS' },
        { title: 'ENDS', optional: true },
        { title: 'USED', optional: true },
        { title: 'ID', optional: true },
      ],
      page.items.map((key) => [
        key.name,
        stateCell(output, ...stateOf(key, now)),
        key.role,
        key.owner ?? '-',
        key.prefix,
        key.expiresAt ? formatWhen(key.expiresAt, now) : 'never',
        formatWhen(key.lastUsedAt, now),
        key.id,
      ]),
    );
    if (!suggestNextPage(output, 'holdfast key ls', page)) output.suggest('End one: holdfast key revoke NAME');
  });

  const rotate = addExpiry(
    command
      .command('rotate')
      .argument(...KEY)
      .description('Replace a key; the old one goes on working for a while'),
  )
    .option('--overlap <duration>', 'how long the old key goes on working (default: 1h)', parseDurationMs)
    .option('--idempotency-key <key>', 'repeated with the same key it is rotated once');
  addExamples(rotate, 'holdfast key rotate ci --overlap 2d');
  rotate.action(
    async (name: string, options: { overlap?: number; expiresIn?: number | null; idempotencyKey?: string }) => {
      const api = await context.api();
      const { id } = await findKey(api, name);
      const body = { overlapMs: options.overlap, expiresInMs: options.expiresIn };
      printSecret(
        context.output(),
        await api.send<CreatedKey>('POST', route`/api/v1/keys/${id}/rotate`, {
          body,
          idempotencyKey: options.idempotencyKey,
        }),
      );
    },
  );

  const revoke = command
    .command('revoke')
    .argument(...KEY)
    .description('End a key; it counts everywhere within a second');
  addExamples(revoke, 'holdfast key revoke ci').action(async (name: string) => {
    const output = context.output();
    const api = await context.api();
    const key = await findKey(api, name);
    await api.send('DELETE', route`/api/v1/keys/${key.id}`);
    if (output.json) return output.printJson({ id: key.id, revoked: true });
    output.print(`${output.mark('good')} ${key.name} (${key.id}) is revoked.`);
    output.suggest('What is left: holdfast key ls');
  });
}

function addExpiry(command: Command): Command {
  return command.option('--expires-in <duration>', 'how long it lives, or never (default: 90d)', (text) => {
    if (text === 'never') return null;
    const ms = parseDurationMs(text);
    if (ms === 0) throw new InvalidArgumentError('Write a duration such as 90d, or never.');
    return ms;
  });
}

/** The secret alone on stdout, so that it can be piped; what is said about it goes beside. */
function printSecret(output: Output, created: CreatedKey): void {
  if (output.json) {
    output.printJson(created);
    return;
  }
  const { key } = created;
  output.note(
    `${key.name} (${key.id}), role ${key.role}, ${key.expiresAt ? `until ${formatDate(key.expiresAt)}` : 'without an end'}. This is the only time its secret is shown:`,
  );
  output.print(created.secret);
  output.suggest('Use it: HOLDFAST_TOKEN=… holdfast --server URL incident ls');
}

function stateOf(key: ApiKey, now: Date): [Tone, string] {
  if (key.revokedAt) return ['bad', 'revoked'];
  const leftMs = key.expiresAt ? new Date(key.expiresAt).getTime() - now.getTime() : Infinity;
  if (leftMs <= 0) return ['bad', 'expired'];
  if (key.replacedBy) return ['asks', `ends in ${formatDuration(leftMs)}`];
  return ['good', 'works'];
}

/** By id, or the working key of that name. */
async function findKey(api: ApiClient, name: string): Promise<ApiKey> {
  const matches: ApiKey[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.get<Page<ApiKey>>('/api/v1/keys', { limit: MOST_KEYS, cursor });
    matches.push(...page.items.filter((key) => key.id === name || key.name === name));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const now = new Date();
  const byId = matches.find((key) => key.id === name);
  // While a rotation overlaps, the name means the key that stays.
  const found = byId ?? matches.find((key) => !key.replacedBy && stateOf(key, now)[1] === 'works') ?? matches[0];
  if (found) return found;
  throw new HoldfastError({
    code: 'key.unknown',
    kind: 'missing',
    message: `there is no key ${name}`,
    hint: 'List them: holdfast key ls',
  });
}
