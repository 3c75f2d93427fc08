import { type LintRule, sh } from '../lint-rule.ts';
import { hasOption, type LintCommand, optionValue, outputGoesTo } from '../lint-script.ts';

const words = (command: LintCommand) =>
  command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);

const SECRET_NAME = /(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

/** Secrets where others can read them. */
export const SECRET_RULES: readonly LintRule[] = [
  {
    id: 'prints-secret',
    severity: 'warning',
    title: 'A secret printed to the screen',
    why: 'It stays in the scrollback, in the recording of the session, in the chat it is pasted into, and in the record of the run.',
    fix: 'Pass it on without showing it: into a variable, a pipe or a file only you can read.',
    bad: sh('echo "$DB_PASSWORD"'),
    good: sh('printf %s "$DB_PASSWORD" | kubectl create secret generic db --from-file=password=/dev/stdin'),
    loud: [
      sh("kubectl get secret db -o jsonpath='{.data.password}' | base64 -d"),
      sh('kubectl get secret db -n shop -o yaml'),
      sh('aws iam create-access-key --user-name x'),
      sh('aws secretsmanager get-secret-value --secret-id db'),
    ],
    silent: [
      sh('echo "set DB_PASSWORD first"'),
      sh('kubectl get secret db'),
      sh('P=$(kubectl get secret db -o jsonpath={.data.password} | base64 -d)'),
      sh('echo "$TOKEN" | docker login --password-stdin'),
      sh('aws iam create-access-key --user-name x > key.json'),
      sh('kubectl get secret db -o yaml > backup.yaml'),
      sh('echo "$SECRET_NAME $KEY_COUNT"'),
      sh('kubectl get secret tls -o jsonpath="{.data.tls\\.crt}" | base64 -d | openssl x509 -noout -dates'),
      sh('kubectl get secrets -o name'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const message = printedSecret(command);
        if (message !== null) yield { at: command, message };
      }
    },
  },
  {
    id: 'secret-on-command-line',
    severity: 'warning',
    title: 'A secret written on the command line',
    why: "Everyone on the machine can read it in the process list while the command runs, and it stays in the shell's history.",
    fix: 'Let the tool read it from a file, the environment or standard input.',
    bad: sh('mysql -u root -pS3cret shop'),
    good: sh('mysql --defaults-extra-file=/root/.my.cnf shop'),
    loud: [
      sh('kubectl create secret generic x --from-literal=token=new-token'),
      sh('redis-cli -a hunter2 ping'),
      sh('kubectl create secret generic x --from-literal=url="postgresql://user:pass@db:5432/x"'),
      sh('curl -u admin:admin https://x/api'),
      sh('docker exec db mongodump -u admin -p hunter2 --db shop'),
      sh("/opt/mssql-tools/bin/sqlcmd -S db -U sa -P 'Hunter2' -Q 'select 1'"),
      sh('sshpass -p hunter2 ssh db uptime'),
    ],
    silent: [
      sh('mysql -u root -p shop'),
      sh('psql "$DATABASE_URL"'),
      sh('mongodump -u admin -p "$MONGO_PASSWORD"'),
      sh('mongodump -u admin -p --db shop'),
      sh('kubectl create secret generic x --from-file=token=/dev/stdin'),
      sh('curl -u "$USER" https://x'),
      sh('redis-cli -a "$REDIS_PASSWORD" ping'),
      sh('mysqldump --port=3306 -P 3306 shop'),
      sh('kubectl create secret generic x --from-literal=token="$TOKEN"'),
      sh('curl -H "Authorization: Bearer $TOKEN" https://x'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const word = writtenSecret(command);
        if (word !== undefined)
          yield { at: word, message: 'a secret stands on the command line: the process list and the history show it' };
      }
    },
  },
];

function printedSecret(command: LintCommand): string | null {
  if (outputGoesTo(command) !== 'screen' && !decodesToScreen(command)) return null;
  const said = words(command);
  if (/^(?:echo|printf)$/.test(command.name)) {
    const name = command.args
      .flatMap((arg) => (arg.raw.startsWith("'") ? [] : [...arg.raw.matchAll(/(?<!\\)\$\{?(\w+)\}?/g)]))
      .find((match) => SECRET_NAME.test(match[1]!))?.[1];
    return name === undefined ? null : `the value of ${name} is shown`;
  }
  if (/^(?:kubectl|oc)$/.test(command.name) && said[0] === 'get' && /^secrets?(?:$|\/)/.test(said[1] ?? '')) {
    const format = optionValue(command, '-o', '--output') ?? '';
    if (!/^(?:yaml|json|jsonpath|go-template)/.test(format) || /tls\.crt|ca\.crt|metadata|\.items/.test(format))
      return null;
    return 'the content of the secret is shown (base64 hides nothing)';
  }
  if (
    command.name !== 'aws' ||
    (optionValue(command, '--query') !== undefined && !/secret/i.test(optionValue(command, '--query')!))
  )
    return null;
  const operation = said.slice(0, 2).join(' ');
  if (operation === 'iam create-access-key') return 'the new secret key is shown on the screen';
  return operation === 'secretsmanager get-secret-value' ? 'the value of the secret is shown on the screen' : null;
}

/** `kubectl get secret … | base64 -d` with nothing behind it. */
function decodesToScreen(command: LintCommand): boolean {
  const stages = command.block.script?.pipelines.find((each) => each[0] === command);
  const last = stages?.at(-1);
  return last?.name === 'base64' && hasOption(last, '-d', '--decode', '-D') && outputGoesTo(last) === 'screen';
}

/** Which option of a tool has a password as its next word. */
const PASSWORD_OPTIONS: readonly { tools: RegExp; option: RegExp }[] = [
  { tools: /^redis-cli$/, option: /^(?:-a|--pass)$/ },
  {
    tools: /^(?:mongo(?:sh|dump|restore|export|import|stat|top)?|cqlsh|rabbitmqadmin|nodetool)$/,
    option: /^(?:-p|-pw|--password)$/,
  },
  { tools: /^(?:sqlcmd|bcp)$/, option: /^-P$/ },
  { tools: /^(?:sshpass|ldapsearch|ldapmodify|ldapadd|ldapdelete)$/, option: /^(?:-p|-w)$/ },
  { tools: /^(?:clickhouse-client|influx|cypher-shell|impala-shell|trino)$/, option: /^(?:--password|-password|-p)$/ },
];

function writtenSecret(command: LintCommand) {
  const isWritten = (value: string) => value !== '' && !/[\uFFFC$<]|^(?:YOUR|xxx|\*\*\*)/i.test(value);
  for (const [at, arg] of command.args.entries()) {
    const next = command.args[at + 1];
    if (
      /^(?:mysql|mysqldump|mysqladmin|mariadb)$/.test(command.name) &&
      /^-p./.test(arg.value) &&
      isWritten(arg.value.slice(2))
    )
      return arg;
    const asks = PASSWORD_OPTIONS.some(
      ({ tools, option }) => tools.test(command.name.replace(/^.*\//, '')) && option.test(arg.value),
    );
    if (asks && next !== undefined && !next.value.startsWith('-') && isWritten(next.value)) return next;
    if (
      command.name === 'curl' &&
      /^(?:-u|--user)$/.test(arg.value) &&
      next !== undefined &&
      /^[^:]+:.+/.test(next.value) &&
      isWritten(next.value)
    )
      return next;
    if (/^--from-literal=/.test(arg.value)) {
      const [, key = '', value = ''] = /^--from-literal=([^=]+)=(.*)$/s.exec(arg.value) ?? [];
      const secret = SECRET_NAME.test(key.replace(/[-.]/g, '_')) || /:\/\/[^:/@\s]+:[^@\s]+@/.test(value);
      // A placeholder is asked for, but then still written where everyone can read it.
      if (
        secret &&
        value !== '' &&
        !/^\uFFFC+$/.test(arg.value.split('=').slice(2).join('=').replace(/["']/g, '') || 'x')
      )
        return arg;
      if (secret && /new-|your-/i.test(arg.raw)) return arg;
    }
    if (
      /^--(?:password|secret|token)=/.test(arg.value) &&
      isWritten(arg.value.replace(/^--\w+=/, '')) &&
      !/^--(?:password|token)=(?:true|false|stdin|-)?$/.test(arg.value)
    )
      return arg;
  }
  return undefined;
}
