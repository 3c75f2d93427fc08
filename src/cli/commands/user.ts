import { Argument, type Command, Option } from 'commander';
import { ROLES, type SignInLink, type User } from '../../contract/identity.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { type ApiClient, route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { resetLinkInDatabase } from '../reset-link-in-database.ts';
import type { Output } from '../terminal/output.ts';
import { formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';

const NAME = ['<name>', 'name of the user'] as const;

type Invited = { user: User; link: SignInLink };

/** `holdfast user create|ls|role|disable|enable|reset-link`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast user create ada --role approver', 'holdfast user reset-link ada');

  const create = command
    .command('create')
    .argument(...NAME)
    .description('Invite somebody; the one-time link sets the password')
    .addOption(new Option('--role <role>', 'what the person may do').choices(ROLES).makeOptionMandatory())
    .option('--idempotency-key <key>', 'repeated with the same key the person is invited once');
  addExamples(create, 'holdfast user create ada --role approver');
  create.action(async (name: string, { role, idempotencyKey }: { role: string; idempotencyKey?: string }) => {
    printLink(
      context.output(),
      await (await context.api()).send<Invited>('POST', '/api/v1/users', { body: { name, role }, idempotencyKey }),
    );
  });

  const list = addPaging(command.command('ls').description('All users, by name'));
  addExamples(list, 'holdfast user ls').action(async (options: PagingOptions) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<User>>('/api/v1/users', pagingQuery(options));
    if (output.json) return output.printJson(page);
    const now = new Date();
    output.printTable(
      [
        { title: 'USER', cutTo: 12 },
        { title: 'STATE' },
        { title: 'ROLE' },
        { title: 'SIGNED IN', optional: true },
        { title: 'ID', optional: true },
      ],
      page.items.map((user) => [
        user.name,
        stateCell(output, ...stateOf(user)),
        user.role,
        formatWhen(user.lastSignInAt, now),
        user.id,
      ]),
    );
    if (!suggestNextPage(output, 'holdfast user ls', page))
      output.suggest('Invite somebody: holdfast user create NAME --role operator');
  });

  const change = async (name: string, body: { role?: string; disabled?: boolean }, said: (user: User) => string) => {
    const output = context.output();
    const api = await context.api();
    const { id } = await findUser(api, name);
    const user = await api.send<User>('PATCH', route`/api/v1/users/${id}`, { body });
    if (output.json) return output.printJson(user);
    output.print(`${output.mark('good')} ${user.name} ${said(user)}.`);
    output.suggest('Everybody: holdfast user ls');
  };
  const role = command
    .command('role')
    .argument(...NAME)
    .addArgument(new Argument('<role>', 'what the person may do').choices(ROLES))
    .description('Change what somebody may do');
  addExamples(role, 'holdfast user role ada admin').action((name: string, to: string) =>
    change(name, { role: to }, (user) => `is ${user.role}`),
  );

  const disable = command
    .command('disable')
    .argument(...NAME)
    .description('Shut somebody out; open sessions end at once');
  addExamples(disable, 'holdfast user disable ada').action((name: string) =>
    change(name, { disabled: true }, () => 'is disabled'),
  );

  const enable = command
    .command('enable')
    .argument(...NAME)
    .description('Let somebody in again');
  addExamples(enable, 'holdfast user enable ada').action((name: string) =>
    change(name, { disabled: false }, () => 'is enabled'),
  );

  const reset = command
    .command('reset-link')
    .argument(...NAME)
    .description('A new one-time link to set a password; on the host it also works while no server runs');
  addExamples(reset, 'holdfast user reset-link admin', 'holdfast user reset-link admin --data /var/lib/holdfast');
  reset.action(async (name: string) => {
    const output = context.output();
    try {
      const api = await context.api();
      const { id } = await findUser(api, name);
      printLink(output, await api.send<Invited>('POST', route`/api/v1/users/${id}/link`));
    } catch (thrown) {
      // A lost administrator must not need a server that runs: whoever may open the database may do this.
      if (!isWithoutLocalServer(thrown, context)) throw thrown;
      output.note('No server runs: making the link in the database.');
      printLink(output, await resetLinkInDatabase(context, name));
    }
  });
}

/** True when no server of this machine answers and none elsewhere was meant. */
function isWithoutLocalServer(thrown: unknown, context: CliContext): boolean {
  const named = context.globals().server !== undefined || Boolean(context.environment['HOLDFAST_SERVER']);
  return !named && thrown instanceof HoldfastError && ['server.none', 'server.unreachable'].includes(thrown.code);
}

async function findUser(api: ApiClient, name: string): Promise<User> {
  const { items } = await api.get<Page<User>>('/api/v1/users', { name });
  if (items[0]) return items[0];
  throw unknownUser(name);
}

function unknownUser(name: string): HoldfastError {
  return new HoldfastError({
    code: 'user.unknown',
    kind: 'missing',
    message: `there is no user ${name}`,
    hint: 'List them: holdfast user ls',
  });
}

/** The link alone on stdout, so that it can be piped; what is said about it goes beside. */
function printLink(output: Output, { user, link }: { user: Pick<User, 'name' | 'role'>; link: SignInLink }): void {
  if (output.json) {
    output.printJson({ user, link });
    return;
  }
  output.note(
    `One-time link for ${user.name} (${user.role}), valid until ${link.expiresAt.slice(0, 16).replace('T', ' ')} UTC. Pass it on privately:`,
  );
  output.print(link.url);
  output.suggest('Everybody: holdfast user ls');
}

function stateOf(user: User): ['good' | 'bad' | 'asks', string] {
  if (user.disabled) return ['bad', 'disabled'];
  return user.hasPassword ? ['good', 'enabled'] : ['asks', 'invited'];
}
