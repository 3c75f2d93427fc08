import { type Command, InvalidArgumentError } from 'commander';
import type {
  ContactKindInfo,
  ContactMethod,
  CreatedContactMethod,
  NotificationRule,
  SendOutcome,
} from '../../../contract/contacts.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import { parseDurationMs } from '../../options/parse-values.ts';
import { readInput } from '../../options/read-input.ts';
import type { Output } from '../../terminal/output.ts';
import { stateCell } from '../../terminal/tones.ts';

const METHOD = ['<id>', 'id of the contact method'] as const;

/** How people are reached. */
export function defineContacts(command: Command, context: CliContext): void {
  const contact = command
    .command('contact')
    .description('How you are reached: list, add, verify, delete')
    .helpCommand(false);
  addExamples(contact, 'holdfast oncall contact ls', 'holdfast oncall contact add inbox mine');

  const kinds = contact.command('kinds').description('Kinds of contact methods, and which work here');
  addExamples(kinds, 'holdfast oncall contact kinds').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<Page<ContactKindInfo>>('/api/v1/oncall/contact-kinds');
    if (output.json) return output.printJson(page);
    output.printTable(
      [{ title: 'WORKS' }, { title: 'KIND' }, { title: 'ADDRESS', cutTo: 14 }],
      page.items.map((kind) => [
        kind.available ? stateCell(output, 'good', 'yes') : stateCell(output, 'plain', 'no'),
        kind.kind,
        kind.address,
      ]),
    );
    output.suggest('Add one: holdfast oncall contact add KIND ADDRESS');
  });

  const list = contact
    .command('ls')
    .description('Your contact methods, or somebody’s for an administrator')
    .option('--user <name>', 'of this person');
  addExamples(list, 'holdfast oncall contact ls', 'holdfast oncall contact ls --user ada');
  list.action(async (options: { user?: string }) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<ContactMethod>>('/api/v1/oncall/contact-methods', options);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) output.print('No contact methods: pages are shown in the inbox only.');
    else
      output.printTable(
        [
          { title: 'STATE' },
          { title: 'KIND' },
          { title: 'LABEL', cutTo: 8 },
          { title: 'ADDRESS', cutTo: 16, optional: true },
          { title: 'ID' },
        ],
        page.items.map((method) => [
          method.verifiedAt === null ? stateCell(output, 'asks', 'unverified') : stateCell(output, 'good', 'verified'),
          method.kind,
          method.label,
          method.address,
          method.id,
        ]),
      );
    output.suggest('Add one: holdfast oncall contact add KIND ADDRESS');
  });

  const add = contact
    .command('add')
    .argument('<kind>', 'inbox, webhook, …; `holdfast oncall contact kinds` lists them')
    .argument('<address>', 'where to, as the kind writes it')
    .description('Add a contact method; a code is sent through it')
    .option('--user <name>', 'for this person; administrators only')
    .option('--label <text>', 'what you call it')
    .option('--secret-file <file>', 'file with the key a webhook is signed with')
    .option('--idempotency-key <key>', 'repeated with the same key it is added once');
  addExamples(
    add,
    'holdfast oncall contact add inbox mine',
    'holdfast oncall contact add webhook https://pager.example.com/ada --secret-file key',
  );
  type Added = { user?: string; label?: string; secretFile?: string; idempotencyKey?: string };
  add.action(async (kind: string, address: string, { secretFile, idempotencyKey, ...options }: Added) => {
    const output = context.output();
    const secret = secretFile === undefined ? {} : { secret: readInput(secretFile).replace(/\r?\n$/, '') };
    const made = await (await context.api()).send<CreatedContactMethod>('POST', '/api/v1/oncall/contact-methods', {
      body: { kind, address, ...options, ...secret },
      idempotencyKey,
    });
    if (output.json) return output.printJson(made);
    output.print(`${output.mark('asks')} ${made.method.id} is added and not used yet.`);
    sayCode(output, made.code, made.method.id);
  });

  const verify = contact
    .command('verify')
    .argument(...METHOD)
    .argument('<code>', 'the six digits that were sent')
    .description('Enter the code; from then on pages go there');
  addExamples(verify, 'holdfast oncall contact verify cmt_01hv0example 123456').action(
    async (id: string, code: string) => {
      const output = context.output();
      if (!/^\d{6}$/.test(code)) {
        throw new HoldfastError({
          code: 'usage',
          kind: 'invalid',
          message: `"${code}" is not six digits`,
          hint: 'Enter the code as it was sent.',
        });
      }
      const method = await (await context.api()).send<ContactMethod>(
        'POST',
        route`/api/v1/oncall/contact-methods/${id}/verify`,
        { body: { code } },
      );
      if (output.json) return output.printJson(method);
      output.print(`${output.mark('good')} ${method.kind} is verified: pages to ${method.user} go there.`);
      output.suggest(`Try it: holdfast page test ${method.user}`);
    },
  );

  const code = contact
    .command('code')
    .argument(...METHOD)
    .description('Send a fresh code; earlier ones stop working');
  addExamples(code, 'holdfast oncall contact code cmt_01hv0example').action(async (id: string) => {
    const output = context.output();
    const outcome = await (await context.api()).send<SendOutcome>(
      'POST',
      route`/api/v1/oncall/contact-methods/${id}/code`,
    );
    if (output.json) return output.printJson(outcome);
    sayCode(output, outcome, id);
  });

  defineRules(contact, context);

  const remove = contact
    .command('rm')
    .argument(...METHOD)
    .description('Delete a contact method');
  addExamples(remove, 'holdfast oncall contact rm cmt_01hv0example').action(async (id: string) => {
    const output = context.output();
    await (await context.api()).send('DELETE', route`/api/v1/oncall/contact-methods/${id}`);
    if (output.json) return output.printJson({ id, removed: true });
    output.print(`${output.mark('good')} ${id} is deleted.`);
    output.suggest('The others: holdfast oncall contact ls');
  });
}

type Rules = { rules: NotificationRule[] };

/** When which method is used. */
function defineRules(contact: Command, context: CliContext): void {
  const rules = contact
    .command('rules')
    .description('When which of your contact methods is used')
    .option('--user <name>', 'of this person; administrators only')
    .option(
      '--use <rule>',
      'METHOD, METHOD@RANKS or METHOD+DURATION; repeat it: together they take the place of the old ones',
      collectRule,
    )
    .option('--clear', 'no rules: all verified methods at once');
  addExamples(
    rules,
    'holdfast oncall contact rules',
    'holdfast oncall contact rules --use cmt_01hv0example@1,2 --use cmt_01hv1example@3,4+10m',
  );
  rules.action(async ({ user, use, clear }: { user?: string; use?: NotificationRule[]; clear?: boolean }) => {
    if (use !== undefined && clear) rules.error('error: give either --use or --clear', { code: 'usage', exitCode: 2 });
    const output = context.output();
    const api = await context.api();
    const query = user === undefined ? {} : { user };
    const wanted = clear ? [] : use;
    const path = '/api/v1/oncall/notification-rules';
    const found =
      wanted === undefined
        ? await api.get<Rules>(path, query)
        : await api.send<Rules>('PUT', path, { query, body: { rules: wanted } });
    if (output.json) return output.printJson(found);
    if (found.rules.length === 0) output.print('No rules: all verified methods are used at once.');
    for (const rule of found.rules) {
      const ranks = rule.severities === undefined ? 'every rank' : `rank ${rule.severities.join(' or ')}`;
      output.print(
        `${output.mark('good')} ${rule.method}: ${ranks}, ${rule.afterMinutes === 0 ? 'at once' : `after ${rule.afterMinutes} min`}`,
      );
    }
    output.suggest('The methods: holdfast oncall contact ls');
  });
}

/** `METHOD@1,2+10m`: ranks and delay may be left out. */
function collectRule(text: string, before: readonly NotificationRule[] = []): NotificationRule[] {
  const [, method, ranks, delay] = /^(\w+)(?:@([1-4](?:,[1-4])*))?(?:\+(\d\w*))?$/.exec(text) ?? [];
  const afterMs = delay === undefined ? 0 : parseDurationMs(delay);
  if (method === undefined || afterMs % 60_000 !== 0)
    throw new InvalidArgumentError('Write METHOD@RANKS+MINUTES, such as cmt_01hv0example@1,2+10m.');
  const severities =
    ranks === undefined ? {} : { severities: ranks.split(',').map(Number) as NotificationRule['severities'] & {} };
  return [...before, { method, ...severities, afterMinutes: afterMs / 60_000 }];
}

function sayCode(output: Output, { outcome, reason }: SendOutcome, id: string): void {
  if (outcome === 'sent') output.print(`${output.mark('good')} A code was sent.`);
  else output.print(`${output.mark('bad')} The code was not sent for sure: ${outcome}${reason ? `, ${reason}` : ''}.`);
  output.suggest(
    outcome === 'sent'
      ? `Enter it: holdfast oncall contact verify ${id} CODE`
      : `Again: holdfast oncall contact code ${id}`,
  );
}
