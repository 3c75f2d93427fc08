import type { LintDocument } from '../lint-document.ts';
import { type LintRule, sh } from '../lint-rule.ts';
import { hasOption, type LintCommand, optionValue } from '../lint-script.ts';

/** The clients of databases. */
export const DATABASE_RULES: readonly LintRule[] = [
  {
    id: 'psql-goes-on-after-errors',
    severity: 'error',
    title: 'A script fed to psql that goes on after an error',
    why: 'psql carries out every further statement after one has failed and still exits 0: a half restored database looks restored.',
    fix: 'Add `-v ON_ERROR_STOP=1`, and `--single-transaction` where the script allows it.',
    bad: sh('psql shop < shop.sql'),
    good: sh('psql -v ON_ERROR_STOP=1 --single-transaction shop < shop.sql'),
    loud: [
      sh('psql -d shop -f migrate.sql'),
      sh('set -o pipefail\ngunzip -c shop.sql.gz | psql shop'),
      sh('kubectl exec -i db-0 -- psql -U shop shop < dump.sql'),
    ],
    silent: [
      sh('psql shop -c "select 1"'),
      sh('echo "select 1" | psql shop'),
      sh('psql shop <<EOF\nselect 1;\nEOF'),
      sh('psql shop <<EOF\n\\set ON_ERROR_STOP on\ndelete from a where b;\ndelete from c where d;\nEOF'),
      sh('psql --set ON_ERROR_STOP=on -f x.sql'),
      sh('psql "$DATABASE_URL"'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (
          command.name !== 'psql' ||
          command.args.some((arg) => /ON_ERROR_STOP/i.test(arg.value)) ||
          hasOption(command, '--version', '-V', '--help', '-l', '--list')
        )
          continue;
        if (/\\set\s+ON_ERROR_STOP|PSQLRC/.test(command.tree.text)) continue;
        const reads = command.args.some((arg) => /^(?:-[a-zA-Z]*f|--file(?:=.*)?)$/.test(arg.value))
          ? 'file'
          : fedBy(command);
        if (reads === null) continue;
        yield {
          at: command,
          message:
            reads === 'file'
              ? 'psql goes on after an error in the script and still exits 0'
              : 'psql goes on after an error in what it is fed and still exits 0',
          ...(!command.quoted && {
            fix: {
              title: 'Stop at the first error',
              edits: [{ start: command.nameSpan.end, end: command.nameSpan.end, text: ' -v ON_ERROR_STOP=1' }],
            },
          }),
        };
      }
    },
  },
  {
    id: 'restore-with-wrong-tool',
    severity: 'error',
    title: 'A dump restored by the tool of the other format',
    why: '`pg_restore` refuses plain SQL ("input file appears to be a text format dump"), psql cannot read an archive. The recovery stops at its first command.',
    fix: 'Plain `.sql` goes to psql, archives of `pg_dump -Fc` to pg_restore.',
    bad: sh('pg_restore -d shop /backup/shop.sql'),
    good: sh('psql -v ON_ERROR_STOP=1 -d shop -f /backup/shop.sql'),
    loud: [sh('gunzip -c shop.sql.gz | pg_restore -d shop'), sh('pg_dump -Fc shop > shop.dump\npsql shop < shop.dump')],
    silent: [
      sh('pg_dump -Fc shop > /backup/shop.sql\npg_restore -d shop /backup/shop.sql'),
      sh('pg_restore -d shop shop.dump'),
      sh('pg_restore -f out.sql shop.dump'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (command.name === 'pg_restore') {
          const file = command.args.find(
            (arg, at) =>
              /\.sql(?:\.\w+)?$/.test(arg.value) &&
              !/^-[fL]$|^--(?:file|use-list)$/.test(command.args[at - 1]?.value ?? ''),
          );
          const piped = /(?:\.sql(?:\.gz)?)\s*\|[^|\n]*$/.test(
            command.tree.text.slice(0, command.quoted ? 0 : command.node.start),
          );
          if ((file !== undefined || piped) && !archives(document, file?.value ?? ''))
            yield { at: file ?? command, message: 'pg_restore reads archives only: a plain SQL dump goes to psql' };
        } else if (command.name === 'psql') {
          const target = /<\s*(\S+\.(?:dump|pgdump|custom|backup))\b/.exec(
            command.tree.text.slice(command.quoted ? 0 : command.node.end),
          )?.[1];
          const file = optionValue(command, '-f', '--file') ?? (command.input.from === 'file' ? target : undefined);
          if (file !== undefined && /\.(?:dump|pgdump|custom)$/.test(file) && archives(document, file))
            yield {
              at: command,
              message: 'this dump is an archive of pg_dump -Fc: psql cannot read it, pg_restore can',
            };
        }
      }
    },
  },
  {
    id: 'etcd-restore-name',
    severity: 'error',
    title: 'An etcd snapshot restored under a name the cluster does not have',
    why: 'Without `--name` the member is called "default", which is not in `--initial-cluster`: the restore stops with "couldn\'t find local name".',
    fix: 'Give `--name` (and `--initial-advertise-peer-urls`) as they stand in `--initial-cluster`.',
    bad: sh(
      'etcdutl snapshot restore backup.db --data-dir=/var/lib/etcd-new --initial-cluster=etcd-0=https://etcd-0:2380',
    ),
    good: sh(
      'etcdutl snapshot restore backup.db --name etcd-0 --data-dir=/var/lib/etcd-new --initial-cluster=etcd-0=https://etcd-0:2380 --initial-advertise-peer-urls=https://etcd-0:2380',
    ),
    silent: [sh('etcdutl snapshot restore backup.db --data-dir=/var/lib/etcd-new')],
    *check(document) {
      for (const command of document.commands) {
        if (
          !/^etcd(?:ctl|utl)$/.test(command.name) ||
          !command.args.some((arg) => arg.value === 'restore') ||
          !hasOption(command, '--initial-cluster') ||
          hasOption(command, '--name')
        )
          continue;
        if (!/(?:^|,)default=/.test(optionValue(command, '--initial-cluster') ?? ''))
          yield {
            at: command,
            message: 'the member is called "default" without --name, and that is not in --initial-cluster',
          };
      }
    },
  },
  {
    id: 'redis-blocks',
    severity: 'warning',
    title: 'A Redis command that stops everyone else',
    why: 'KEYS walks all keys while no other client is served; on a large instance that is seconds of outage.',
    fix: 'Use `redis-cli --scan --pattern …`.',
    bad: sh("redis-cli -h cache KEYS 'session:*'"),
    good: sh("redis-cli -h cache --scan --pattern 'session:*'"),
    silent: [sh('redis-cli GET keys')],
    *check(document) {
      for (const command of document.commands) {
        if (command.name !== 'redis-cli') continue;
        const verb = command.args.find(
          (arg, at) => !arg.value.startsWith('-') && !/^-[hpanu]$/.test(command.args[at - 1]?.value ?? ''),
        );
        if (verb !== undefined && /^keys$/i.test(verb.value))
          yield { at: verb, message: 'KEYS serves nobody else until it has walked all keys' };
      }
    },
  },
];

/** A script of more than one statement that comes by a file, a pipe or a here-document. */
function fedBy(command: LintCommand): 'input' | null {
  if (hasOption(command, '-c', '--command') || command.args.some((arg) => /^-[a-zA-Z]*c$/.test(arg.value))) return null;
  const { from, text } = command.input;
  if (from === 'file') return 'input';
  if (from === 'nothing') return null;
  if (text !== null) return text.split(';').filter((each) => each.trim() !== '').length > 1 ? 'input' : null;
  const before =
    command.tree.text
      .slice(0, command.quoted ? 0 : command.node.start)
      .split('\n')
      .at(-1) ?? '';
  return /\.sql|gunzip|zcat|cat |pg_dump|aws s3 cp|gzip|zstd/.test(before) ? 'input' : null;
}

/** True where the document makes the archive itself, whatever it is called. */
function archives(document: LintDocument, file: string): boolean {
  const name = file.replace(/^.*\//, '').replace(/[\d_-].*$/, '');
  return document.commands.some(
    (command) =>
      command.name === 'pg_dump' &&
      command.args.some((arg) => /^-[a-zA-Z]*F[cdt]|^--format=[cdt]|^-F$/.test(arg.value)) &&
      (name === '' || command.tree.text.includes(name) || command.args.some((arg) => arg.value.includes(name))),
  );
}
