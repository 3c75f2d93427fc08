import { type LintRule, sh } from '../lint-rule.ts';
import { commentAbove, hasOption, type LintCommand, shellOptions, writtenAs } from '../lint-script.ts';

const words = (command: LintCommand) =>
  command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);

const makesBackup = (command: LintCommand) =>
  /^(?:pg_dump|pg_dumpall|mysqldump|mongodump|pg_basebackup)$/.test(command.name) ||
  (command.name === 'etcdctl' && words(command).includes('save')) ||
  (command.name === 'tar' &&
    /^-?[a-z]*c/.test(command.args[0]?.value ?? '') &&
    /backup/i.test(writtenAs(command, 400)));

const deletesBackups = (command: LintCommand) =>
  (command.name === 'find' &&
    hasOption(command, '-delete', '-exec') &&
    /backup|dump|snap/i.test(`${writtenAs(command, 400)} ${commentAbove(command)}`) &&
    (hasOption(command, '-delete') || /\brm\b/.test(writtenAs(command, 400)))) ||
  (command.name === 'rm' && /backup|dump|snap/i.test(writtenAs(command, 200))) ||
  (command.name === 'aws' && words(command)[1] === 'rm' && /backup/i.test(writtenAs(command, 200)));

/** Backups that are lost, and restores of the wrong ones. */
export const BACKUP_RULES: readonly LintRule[] = [
  {
    id: 'deletes-old-before-new-is-safe',
    severity: 'error',
    title: 'Old backups are deleted before the new one is known to be good',
    why: 'The script goes on after a failed dump, so the last good backups are deleted while the new one is empty.',
    fix: 'Stop at errors (`set -euo pipefail`), test the new backup, upload it, and delete last.',
    bad: sh('#!/bin/bash\npg_dump shop > /backup/shop-$(date +%F).sql\nfind /backup -type f -mtime +30 -delete'),
    good: sh(
      '#!/bin/bash\nset -euo pipefail\npg_dump -Fc shop > /backup/shop-$(date +%F).dump\npg_restore --list /backup/shop-$(date +%F).dump > /dev/null\nfind /backup -type f -mtime +30 -delete',
    ),
    loud: [
      sh(
        '#!/bin/bash\nset -e\ntar czf /backup/data.tgz /data\nfind /backup -mtime +30 -delete\naws s3 cp /backup/data.tgz s3://backups/',
      ),
    ],
    silent: [
      sh('pg_dump shop > x.sql && find /backup -mtime +30 -delete'),
      sh('find /var/log -mtime +30 -delete'),
      sh('pg_dump shop > x.sql'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        const commands = block.script?.commands.filter((command) => !command.quoted) ?? [];
        const made = commands.findIndex(makesBackup);
        const deletes = commands.findIndex((command, place) => place > made && deletesBackups(command));
        if (made < 0 || deletes < 0) continue;
        const { errexit } = shellOptions(commands[made]!);
        const between = block.text.slice(commands[made]!.blockOffset, commands[deletes]!.blockOffset);
        const joined = /&&|\|\|\s*exit|if\s|test -s|\[ -s|gzip -t|pg_restore (?:-l|--list)|sha256sum|verify/.test(
          between,
        );
        const later = commands
          .slice(deletes + 1)
          .find(
            (command) =>
              /^(?:aws|gsutil|rclone|scp|rsync|s3cmd|az|gcloud)$/.test(command.name) &&
              /\b(?:cp|sync|copy|put|upload|scp|rsync)\b/.test(`${command.name} ${writtenAs(command, 200)}`),
          );
        if (!errexit && !joined)
          yield {
            at: commands[deletes]!,
            message: `this also runs when \`${writtenAs(commands[made]!, 40)}\` has failed`,
          };
        else if (later !== undefined)
          yield {
            at: commands[deletes]!,
            message: `old backups go before \`${writtenAs(later, 40)}\` has brought the new one away from this machine`,
          };
      }
    },
  },
  {
    id: 'find-age-inverted',
    severity: 'error',
    title: 'A search for old files that finds the new ones',
    why: '`-mtime -3` means less than three days ago. Where old files were to be deleted, the new ones go and the old ones stay.',
    fix: 'Write `-mtime +3`.',
    bad: 'Delete files that are more than three days old:\n\n```bash\nfind /srv/cache -type f -ctime -3 -delete\n```\n',
    good: 'Delete files that are more than three days old:\n\n```bash\nfind /srv/cache -type f -ctime +3 -delete\n```\n',
    loud: [sh('# Remove logs older than 30 days\nfind /var/log/shop -mtime -30 -exec rm {} +')],
    silent: [
      sh('# Files changed in the last day\nfind /etc -mtime -1 -ls'),
      sh('# Remove what is newer than the snapshot\nfind /srv -mmin -10 -delete'),
      sh('# Show logs older than a day, and new ones\nfind /var/log -mtime -1 -ls'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (
          command.name !== 'find' ||
          !(hasOption(command, '-delete') || /-exec(?:dir)?\s+(?:sudo\s+)?rm\b/.test(writtenAs(command, 400)))
        )
          continue;
        const at = command.args.findIndex((arg) => /^-[acm](?:time|min)$/.test(arg.value));
        const value = command.args[at + 1];
        if (at < 0 || value === undefined || !/^-\d+$/.test(value.value)) continue;
        if (
          !/\b(?:older than|more than\b[^.]*\bold|old(?:er)? (?:files|logs|backups)|\d+ days old)\b/i.test(
            `${commentAbove(command)} ${command.block.announced}`,
          )
        )
          continue;
        const sign = { start: value.start, end: value.start + 1 };
        yield {
          at: value,
          message: `${command.args[at]!.value} ${value.value} finds what is newer, not older`,
          ...(!command.quoted &&
            value.raw === value.value && { fix: { title: 'Find the older ones', edits: [{ ...sign, text: '+' }] } }),
        };
      }
    },
  },
  {
    id: 'fixed-restore-point',
    severity: 'warning',
    title: 'A restore of one fixed backup or time',
    why: 'Pasted as it stands it restores the data of the day the document was written.',
    fix: 'Make it a parameter: `<backup-file>`, `$BACKUP`.',
    bad: sh('aws s3 cp s3://backups/shop/backup_1708172400.sql.gz .'),
    good: sh('aws s3 cp "s3://backups/shop/$BACKUP" .'),
    loud: [
      sh('pg_restore -d shop /backup/shop-20240315.dump'),
      sh(
        'aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier a --target-db-instance-identifier b --restore-time 2024-01-15T03:30:00Z',
      ),
      sh('kubectl rollout undo deployment/api --to-revision=3'),
    ],
    silent: [
      sh('aws s3 cp s3://backups/shop/backup_YYYYMMDD.sql.gz .'),
      sh('pg_restore -d shop shop-$(date +%Y%m%d).dump'),
      sh('pg_restore -d shop latest.dump'),
      sh('aws s3 cp ./backup-20240101.tgz s3://archive/'),
      sh('kubectl rollout history deployment/api --revision=3'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const fixed = fixedPoint(command);
        if (fixed !== undefined)
          yield { at: fixed.at, message: `${fixed.what} is fixed: this is the state of the day it was written` };
      }
    },
  },
];

function fixedPoint(command: LintCommand): { at: { start: number; end: number }; what: string } | undefined {
  const DATED = /(?:19|20)\d{2}-?[01]\d-?[0-3]\d|[_-]1[5-9]\d{8}\b/;
  const said = words(command);
  const restores =
    /^(?:pg_restore|mongorestore|mysql|psql)$/.test(command.name) ||
    (/^etcd(?:ctl|utl)$/.test(command.name) && said.includes('restore')) ||
    (command.name === 'velero' && said[0] === 'restore') ||
    (command.name === 'aws' &&
      /^s3 (?:cp|sync)$/.test(said.slice(0, 2).join(' ')) &&
      /^s3:/.test(said[2] ?? '') &&
      !/^s3:/.test(said[3] ?? '') &&
      /backup|dump|snap/i.test(said[2] ?? ''));
  if (restores) {
    const file = command.args.find(
      (arg) => DATED.test(arg.value) && !/^-/.test(arg.value) && !/\s/.test(arg.value) && !arg.value.includes('\uFFFC'),
    );
    if (file !== undefined) return { at: file, what: file.value.replace(/^.*\//, '') };
  }
  if (command.name === 'aws' && /^(?:rds|dynamodb|redshift|docdb|neptune) restore-/.test(said.slice(0, 2).join(' '))) {
    const time = command.args.find(
      (arg, at) =>
        /^--(?:restore(?:-to)?-time|restore-date-time)$/.test(command.args[at - 1]?.value ?? '') &&
        DATED.test(arg.value),
    );
    if (time !== undefined) return { at: time, what: time.value };
  }
  if (/^(?:kubectl|oc)$/.test(command.name) && said[0] === 'rollout' && said[1] === 'undo') {
    const revision = command.args.find((arg) => /^--to-revision=[1-9]\d*$/.test(arg.value));
    if (revision !== undefined) return { at: revision, what: 'the revision' };
  }
  return undefined;
}
