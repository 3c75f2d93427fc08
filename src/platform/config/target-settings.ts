import { z } from 'zod';
import { exactlyOne, file, filled, httpUrl, isPostgresUrl, nameSchema, secretText, text } from './value-types.ts';

const postgresUrl = secretText('a postgres:// or postgresql:// address', isPostgresUrl, {
  type: 'URL',
  mask: 'url-password',
});

const postgres = z.strictObject({
  kind: z.literal('postgres').describe('A PostgreSQL database.'),
  url: postgresUrl.optional().describe('Its address with user and password.'),
  urlFile: file().optional().describe('File that holds the address.'),
});
const prometheus = z.strictObject({
  kind: z.literal('prometheus').describe('A server with the Prometheus HTTP API.'),
  url: httpUrl({ mask: 'url-password' }).describe('Its address, without `/api/v1`.'),
  tokenFile: file().optional().describe('File that holds a bearer token, read anew for each query.'),
});
const kubernetes = z.strictObject({
  kind: z.literal('kubernetes').describe('A cluster that kubectl and helm in shell steps talk to.'),
  kubeconfig: file().describe('Its kubeconfig file.'),
  context: filled.optional().describe('The context in that file; default: its current one.'),
});

/** What a client's configuration file takes unquoted and without expanding it: no spaces, quotes, `%` or `$`. */
const hostName = text('the name or address of a host', (value) =>
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/.test(value),
);
const accountName = text('the name of an account', (value) => /^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,127}$/.test(value));
const ssh = z.strictObject({
  kind: z.literal('ssh').describe('A host on which shell steps run, by the `ssh` client of this machine.'),
  host: hostName.describe('Its name or address.'),
  port: z.int().min(1).max(65_535).default(22).describe('Where its SSH server listens.'),
  user: accountName.describe('The account steps run as there.'),
  identityFile: file().optional().describe('The private key, without a passphrase.'),
  agentSocket: file().optional().describe('Socket of an agent that holds the key, instead of a file.'),
  knownHostsFile: file().describe(
    'The host keys to believe, as `ssh-keyscan` writes them; a key not in it is refused.',
  ),
  jump: nameSchema.optional().describe('Another ssh target, through which this host is reached.'),
});

/** A connection that steps and probes name. */
export const targetSchema = z
  .discriminatedUnion('kind', [postgres, prometheus, kubernetes, ssh])
  .superRefine((target, context) => {
    if (target.kind === 'ssh') exactlyOne<typeof target>('identityFile', 'agentSocket')(target, context);
    if (target.kind !== 'postgres' || (target.url === undefined) !== (target.urlFile === undefined)) return;
    const both = target.url !== undefined;
    context.addIssue({ code: 'custom', path: [], message: `give either url or urlFile${both ? ', not both' : ''}` });
  });

/** A name that can be a variable of a program. */
export const variableName = text('a variable name of letters, digits and underscores', (value) =>
  /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value),
);

/** A credential that steps may be given; read when it is needed, never stored. */
export const secretSchema = z
  .strictObject({
    file: file().optional().describe('File that holds it.'),
    command: z.array(filled).min(1).optional().describe('Program and arguments that print it; no shell reads them.'),
  })
  .superRefine((secret, context) => {
    if ((secret.file === undefined) !== (secret.command === undefined)) return;
    const both = secret.file !== undefined;
    context.addIssue({ code: 'custom', path: [], message: `give either file or command${both ? ', not both' : ''}` });
  });

/** Where a run takes place: values and connections that differ from one place to the other. */
export const environmentSchema = z.strictObject({
  variables: z
    .record(variableName, z.string())
    .default({})
    .describe('Variables of shell steps, and values of inputs of the same name.'),
  secrets: z.array(variableName).default([]).describe('Names below `secrets` that every shell step gets as variables.'),
  targets: z
    .record(nameSchema, nameSchema)
    .default({})
    .describe('Which target a target of a runbook means here: `db: staging-db`.'),
});
