import { commandRisk } from '../command-risk.ts';
import type { LintDocument } from '../lint-document.ts';
import { type Found, type LintRule, sh } from '../lint-rule.ts';
import {
  commentAbove,
  hasOption,
  type LintCommand,
  optionValue,
  outputGoesTo,
  shellOptions,
  writtenAs,
} from '../lint-script.ts';
import { OPPOSITES } from './opposites.ts';
import { SWITCHES } from './switches.ts';

const words = (command: LintCommand) =>
  command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);
const EVERYONE = /(?:^|[^\d.])0\.0\.0\.0\/0|(?:^|[\s,='"])::\/0/;
const ADMIN_PORTS =
  /^(?:22|23|135|445|1433|1521|2375|2379|3306|3389|5432|5601|5984|6379|6443|9092|9200|10250|11211|27017|-1|all|0-65535)$/;

/** Where following the document to the letter does harm. */
export const SAFETY_RULES: readonly LintRule[] = [
  {
    id: 'does-the-opposite',
    severity: 'error',
    title: 'A step that does the opposite of what it says',
    why: 'It is followed under attack, by people who trust it: the port that was to be closed is now open to the world.',
    fix: 'Do what the text says: revoke instead of authorize, deny instead of allow.',
    bad: '### Block traffic\n\n```bash\naws ec2 authorize-security-group-ingress --group-id $SG --protocol tcp --port 443 --cidr 0.0.0.0/0\n```\n',
    good: '### Block traffic\n\n```bash\naws ec2 revoke-security-group-ingress --group-id $SG --protocol tcp --port 443 --cidr 0.0.0.0/0\n```\n',
    loud: [
      '1. **Isolate the instance**\n\n```bash\naws ec2 modify-instance-attribute --instance-id $ID --no-source-dest-check\n```\n',
      '```bash\n# Block the attacker\niptables -A INPUT -s $IP -j ACCEPT\n```\n',
      '```bash\n# Deny all traffic\ngcloud compute firewall-rules create block-all --allow tcp --source-ranges 0.0.0.0/0\n```\n',
    ],
    silent: [
      '### Block traffic\n\n```bash\niptables -A INPUT -s $IP -j DROP\niptables -A INPUT -p tcp --dport 22 -s 10.0.0.0/8 -j ACCEPT\n```\n',
      '### Unblock traffic\n\n```bash\naws ec2 authorize-security-group-ingress --group-id $SG --protocol tcp --port 443 --cidr 0.0.0.0/0\n```\n',
      '### Restore access after the block\n\n```bash\niptables -A INPUT -s $IP -j ACCEPT\n```\n',
    ],
    *check(document) {
      for (const command of document.commands) {
        const opposite = OPPOSITES.find((each) => each.tool.test(command.name) && each.does(command));
        if (opposite === undefined) continue;
        const near = [commentAbove(command), command.block.announced, ...command.block.headings.slice(-1)].filter(
          (each) => each !== '',
        );
        const claim = near.find((each) => opposite.claims.test(each));
        if (
          claim === undefined ||
          near.some((each) =>
            /\b(?:unblock|restor|re-?open|re-?enable|allow|undo|revert|remove the block|after the|lift|roll ?back|whitelist|allowlist|except)/i.test(
              each,
            ),
          )
        )
          continue;
        yield { at: command, message: `this is to "${claim.slice(0, 50)}", but it ${opposite.effect}` };
      }
    },
  },
  {
    id: 'opens-the-world',
    severity: 'warning',
    title: 'An administrative port opened to the whole internet',
    why: 'Scanners find an open database or SSH port within minutes.',
    fix: 'Name the network that needs it.',
    bad: sh('aws ec2 authorize-security-group-ingress --group-id $SG --protocol tcp --port 22 --cidr 0.0.0.0/0'),
    good: sh('aws ec2 authorize-security-group-ingress --group-id $SG --protocol tcp --port 22 --cidr 10.20.0.0/16'),
    silent: [
      sh('aws ec2 authorize-security-group-ingress --group-id $SG --protocol tcp --port 443 --cidr 0.0.0.0/0'),
      sh('aws ec2 revoke-security-group-ingress --group-id $SG --protocol tcp --port 22 --cidr 0.0.0.0/0'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const verb = words(command).slice(0, 3).join(' ');
        const opens =
          (command.name === 'aws' && /authorize-security-group-ingress/.test(verb)) ||
          (command.name === 'gcloud' && /firewall-rules create/.test(words(command).join(' ')));
        if (!opens || !EVERYONE.test(writtenAs(command, 2_000))) continue;
        const port =
          optionValue(command, '--port') ??
          /(?:FromPort=|tcp:)(\d+)/.exec(writtenAs(command, 2_000))?.[1] ??
          optionValue(command, '--protocol') ??
          '';
        if (ADMIN_PORTS.test(port)) yield { at: command, message: `port ${port} is open to every address` };
      }
    },
  },
  {
    id: 'bulk-delete-unguarded',
    severity: 'error',
    title: 'A bulk delete without a guard of age, tag or owner',
    why: "Everything that happens to be unattached or listed at that moment goes: the volume detached for a repair, the address kept for tomorrow's failover.",
    fix: 'Filter by a tag, an age or an owner, and show the list before deleting.',
    bad: sh(
      "aws ec2 describe-volumes --filters Name=status,Values=available --query 'Volumes[].VolumeId' --output text | xargs -n1 aws ec2 delete-volume --volume-id",
    ),
    good: sh(
      "aws ec2 describe-volumes --filters Name=status,Values=available Name=tag:cleanup,Values=yes --query 'Volumes[].VolumeId' --output text | xargs -n1 aws ec2 delete-volume --volume-id",
    ),
    loud: [
      sh(
        "aws ec2 describe-addresses --query 'Addresses[?AssociationId==null].AllocationId' --output text | xargs -n1 aws ec2 release-address --allocation-id",
      ),
      sh('docker ps -aq | xargs docker rm -f'),
      sh('kubectl get pvc -o name | xargs kubectl delete'),
    ],
    silent: [
      sh("kubectl get pods -A | grep Evicted | awk '{print $2}' | xargs kubectl delete pod"),
      sh(
        'aws ec2 describe-snapshots --owner-ids self --query "Snapshots[?StartTime<=\'2024-01-01\'].SnapshotId" --output text | xargs -n1 aws ec2 delete-snapshot --snapshot-id',
      ),
      sh("redis-cli --scan --pattern 'tmp:*' | xargs redis-cli del"),
      sh('find /tmp -mtime +7 | xargs rm'),
      sh('kubectl get pods -l app=x -o name | xargs kubectl delete'),
      sh('docker images -f dangling=true -q | xargs docker rmi'),
      sh('docker ps -aq --filter status=exited | xargs docker rm'),
      sh('git branch --merged | xargs git branch -d'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        for (const stages of block.script?.pipelines ?? []) {
          const last = stages.at(-1)!;
          const inner = block.script!.commands.filter(
            (command) => command.node === last.node && command.via.includes('xargs'),
          );
          const deleter = inner.find((command) => commandRisk(command) === 'destroy');
          if (deleter === undefined || /^(?:kill|pkill|git)$/.test(deleter.name)) continue;
          const lister = stages[0]!;
          const guarded =
            stages.some((stage) => isGuard(stage, stage === lister)) ||
            /dangling|exited|-type\b|--pattern/.test(writtenAs(lister, 2_000));
          if (!guarded && isLister(lister))
            yield {
              at: { start: lister.start, end: last.end },
              message: `everything \`${writtenAs(lister, 36)}\` lists is deleted, whoever it belongs to and however new it is`,
            };
        }
      }
    },
  },
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
    ],
    silent: [
      sh('mysql -u root -p shop'),
      sh('psql "$DATABASE_URL"'),
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
  {
    id: 'stopped-and-never-started',
    severity: 'warning',
    title: 'A service that is stopped and never started again',
    why: 'The procedure ends with the service down.',
    fix: 'Start it again at the end, and check that it answers.',
    bad: '## Back up the volumes\n\n```bash\nsystemctl stop shop\ntar czf /backup/shop.tgz /var/lib/shop\n```\n',
    good: '## Back up the volumes\n\n```bash\nsystemctl stop shop\ntar czf /backup/shop.tgz /var/lib/shop\nsystemctl start shop\n```\n',
    loud: [
      '## Backup\n\n```bash\ndocker-compose -f prod.yml down\ndocker run --rm -v d:/data ubuntu tar czf /b.tgz /data\n```\n',
    ],
    silent: [
      '## Stop the shop\n\n```bash\nsystemctl stop shop\n```\n',
      '## Uninstall\n\n```bash\nsystemctl stop shop\napt-get remove shop\n```\n',
      '## Update\n\n```bash\nsystemctl stop shop\napt-get install shop\n```\n\nThen start it again:\n\n```bash\nsystemctl start shop\n```\n',
      '## Failover\n\nFence the old primary:\n\n```bash\nsystemctl stop postgresql\n```\n',
      '## Reference\n\n```bash\n# Stop\nsystemctl stop shop\n# Status\nsystemctl status shop\n```\n',
    ],
    *check(document) {
      yield* neverStarted(document);
    },
  },
  {
    id: 'enabled-and-never-disabled',
    severity: 'warning',
    title: 'A mode that is switched on and never off',
    why: 'Emergency and maintenance modes, cordoned nodes and paused rollouts stay on for weeks after the incident, because no step ends them.',
    fix: 'Add the step that switches it off, and say when.',
    bad: sh('kubectl set env deployment/api EMERGENCY_MODE=true'),
    good: `${sh('kubectl set env deployment/api EMERGENCY_MODE=true')}\nWhen the service is healthy:\n\n${sh('kubectl set env deployment/api EMERGENCY_MODE=false')}`,
    loud: [
      sh('kubectl cordon node-1\nkubectl get nodes'),
      sh('kubectl rollout pause deployment/api'),
      sh('ceph osd set noout'),
      sh('aws autoscaling suspend-processes --auto-scaling-group-name g'),
    ],
    silent: [
      sh('kubectl cordon node-1\nkubectl uncordon node-1'),
      sh('kubectl drain node-1\nkubectl delete node node-1'),
      sh('kubectl set env deployment/api LOG_LEVEL=debug'),
      sh('ceph osd set noout\nceph osd unset noout'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const found = SWITCHES.find((each) => each.tool.test(command.name) && each.on.test(writtenAs(command, 600)));
        if (found === undefined) continue;
        const [, name = ''] = found.on.exec(writtenAs(command, 600)) ?? [];
        if (
          document.commands.some(
            (other) => other !== command && found.off(name).test(`${other.name} ${writtenAs(other, 600)}`),
          ) ||
          found.off(name).test(document.text)
        )
          continue;
        yield { at: command, message: `${found.what(name)} and the document never ${found.undo}` };
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
  {
    id: 'says-more-than-it-does',
    severity: 'warning',
    title: 'A step that only looks where it says to act',
    why: 'The reader ticks it off as done and goes on: nothing was restored, blocked or rotated.',
    fix: 'Add the command that does it, or say that this step only looks.',
    bad: sh('# Restore S3 objects\naws s3api list-object-versions --bucket data --prefix critical/'),
    good: sh('# List the versions to restore\naws s3api list-object-versions --bucket data --prefix critical/'),
    silent: [
      sh('# Restore the database\npg_restore -d shop shop.dump'),
      sh('# Restart pods\nkubectl get pods\nkubectl rollout restart deployment/x'),
      sh('# Restore: find the newest backup\naws s3 ls s3://b/'),
      sh('# Restore from a snapshot (see which there are)\naws ec2 describe-snapshots --owner-ids self'),
      sh('# Rotate logs\n./rotate.sh'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        const commands = block.script?.commands ?? [];
        for (const [place, command] of commands.entries()) {
          if (
            command.via.length > 0 ||
            command.quoted ||
            !/^(?:aws|kubectl|gcloud|az|docker|helm|oc)$/.test(command.name)
          )
            continue;
          const claim =
            /^(?:\d+[.)]\s*)?((?:restore|block|revoke|rotate|delete|remove|terminate|isolate|fail ?over|promote|scale|restart|roll ?back|disable|enable|drain)\b(?![\s\S]*\b(?:list|find|see|check|verify|status|show|which|available|history|confirm|identify|get|first)\b)[^.:(]*)$/i.exec(
              commentAbove(command),
            )?.[1];
          const next = commands[place + 1];
          const alone =
            (next === undefined || commentAbove(next) !== commentAbove(command)) &&
            commentAbove(commands[place - 1] ?? command) !==
              (commands[place - 1] === undefined ? '' : commentAbove(command));
          if (
            claim === undefined ||
            !alone ||
            commandRisk(command) !== 'read' ||
            hasOption(command, '--dry-run', '--dryrun')
          )
            continue;
          if (/^(?:kubectl|oc)$/.test(command.name) && /^(?:wait|rollout|exec|run)$/.test(words(command)[0] ?? ''))
            continue;
          yield { at: command, message: `"${claim.trim().slice(0, 40)}": this only lists, nothing is changed` };
        }
      }
    },
  },
  {
    id: 'destroy-among-reads',
    severity: 'warning',
    title: 'A destructive command among commands that only look',
    why: 'Such a list is pasted as a whole. Nothing but its position says that the last line throws everything away.',
    fix: 'Give it a section of its own, with when and why.',
    bad: '**Redis status**\n\n```bash\nredis-cli INFO memory\nredis-cli INFO keyspace\nredis-cli INFO server\nredis-cli FLUSHDB\n```\n',
    good: '**Redis status**\n\n```bash\nredis-cli INFO memory\nredis-cli INFO keyspace\nredis-cli INFO server\n```\n',
    silent: [
      '**Clear the cache**\n\n```bash\nredis-cli INFO memory\nredis-cli INFO keyspace\nredis-cli INFO server\nredis-cli FLUSHDB\n```\n',
      '**Check**\n\n```bash\nkubectl get pods\nkubectl delete pod x\n```\n',
    ],
    *check(document) {
      for (const block of document.blocks) {
        const said = `${block.announced} ${block.headings.at(-1) ?? ''}`;
        if (
          !/\b(?:status|info|check|monitor|view|inspect|show|list|statistics|diagnos|metrics|health)/i.test(said) ||
          /\b(?:clear|flush|delete|purge|clean|reset|restart|fix|resol|remov)/i.test(said)
        )
          continue;
        const commands = (block.script?.commands ?? []).filter((command) => command.via.length === 0);
        const harmful = commands.filter((command) =>
          command.name === 'redis-cli'
            ? words(command).some((word) => /^FLUSH(?:DB|ALL)$/i.test(word))
            : commandRisk(command) === 'destroy',
        );
        if (commands.length >= 4 && harmful.length === 1)
          yield { at: harmful[0]!, message: `this destroys, among ${commands.length - 1} commands that only look` };
      }
    },
  },
];

const isLister = (command: LintCommand) =>
  /^(?:aws|gcloud|az|kubectl|oc|docker|podman|doctl|helm|redis-cli|gsutil|openstack|ibmcloud|rabbitmqctl|velero)$/.test(
    command.name,
  );

/** A stage that narrows the list by what the things are. */
function isGuard(stage: LintCommand, lists: boolean): boolean {
  if (/^(?:grep|egrep|rg|head|tail|fzf)$/.test(stage.name)) return true;
  const written = writtenAs(stage, 4_000);
  if (stage.name === 'awk') return /\/[^/]+\/|[=<>]=|[<>~]/.test(written);
  if (stage.name === 'jq') return /select|test\(/.test(written);
  if (!lists) return false;
  if (
    /tag:|tag-key|StartTime|CreateTime|CreationDate|LaunchTime|LastModified|creationTimestamp|\bdate\b|created|until=|older|before|mtime|Name,|Name==|starts_with|contains\(|label/i.test(
      written,
    )
  )
    return true;
  if (/^(?:kubectl|oc)$/.test(stage.name)) return hasOption(stage, '-l', '--selector', '--field-selector');
  return hasOption(stage, '--filter', '-f', '--pattern', '--label', '--tag', '--selector', '--name', '--prefix');
}

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

const SECRET_NAME = /(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

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
    if (
      command.name === 'redis-cli' &&
      /^(?:-a|--pass)$/.test(arg.value) &&
      next !== undefined &&
      isWritten(next.value)
    )
      return next;
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

function* neverStarted(document: LintDocument): Iterable<Found> {
  for (const [place, command] of document.commands.entries()) {
    const stopped = stopOf(command);
    if (stopped === null) continue;
    const sections = sectionsBelow(document, command.block.section);
    const said = `${command.block.headings.join(' ')} ${command.block.announced} ${commentAbove(command)}`;
    if (
      /\b(?:stop|shut|down|uninstall|remov|decommission|retire|fenc|fail ?over|isolat|contain|quarantin|disable|kill|terminat|clean|reset|destroy|tear|delet|promot|switch ?over|reference|command)/i.test(
        said,
      )
    )
      continue;
    // A list of commands to pick from, each under its own comment, is no procedure.
    const own = document.commands.filter((other) => other.block === command.block && other.via.length === 0);
    const does = own
      .filter((other) => other.blockOffset > command.blockOffset)
      .concat(
        document.commands.filter(
          (other) =>
            other.block !== command.block &&
            other.block.section === command.block.section &&
            other.start > command.start &&
            other.block.fenced,
        ),
      );
    if (does.length === 0) continue;
    const started = document.commands
      .slice(place + 1)
      .some(
        (other) =>
          startsOf(other, stopped) && (sections.includes(other.block.section) || other.block === command.block),
      );
    const told = /\b(?:start|restart|up -d|bring .* up)\b/i.test(
      document.text.slice(command.end, document.headings[command.block.section + 1]?.start ?? document.text.length),
    );
    if (!started && !told)
      yield {
        at: command,
        message: `${stopped.name === '' ? 'what is stopped here' : stopped.name} is never started again in this procedure`,
      };
  }
}

/** The section and those inside it. */
function sectionsBelow(document: LintDocument, section: number): number[] {
  const depth = document.headings[section]?.depth ?? 0;
  const found = [section];
  for (let next = section + 1; (document.headings[next]?.depth ?? 0) > depth; next++) found.push(next);
  return found;
}

type Stopped = { name: string; kind: 'unit' | 'container' | 'compose' };

function stopOf(command: LintCommand): Stopped | null {
  const said = words(command);
  if (command.name === 'systemctl' && said[0] === 'stop')
    return { name: (said[1] ?? '').replace(/\.service$/, ''), kind: 'unit' };
  if (command.name === 'service' && said[1] === 'stop') return { name: said[0]!, kind: 'unit' };
  if (command.name === 'docker' && said[0] === 'stop') return { name: said[1] ?? '', kind: 'container' };
  const compose = command.name === 'docker-compose' || (command.name === 'docker' && said[0] === 'compose');
  return compose &&
    said.some((word) => word === 'down' || word === 'stop') &&
    !hasOption(command, '-v', '--volumes', '--rmi')
    ? { name: 'the composition', kind: 'compose' }
    : null;
}

function startsOf(command: LintCommand, stopped: Stopped): boolean {
  const said = words(command);
  if (/^(?:reboot|shutdown)$/.test(command.name)) return true;
  if (stopped.kind === 'compose')
    return /^docker/.test(command.name) && said.some((word) => /^(?:up|start|restart)$/.test(word));
  if (stopped.kind === 'container') return command.name === 'docker' && /^(?:start|restart|run)$/.test(said[0] ?? '');
  return (
    (command.name === 'systemctl' && /^(?:start|restart|reload-or-restart|enable|try-restart)$/.test(said[0] ?? '')) ||
    (command.name === 'service' && /^(?:start|restart)$/.test(said[1] ?? '')) ||
    /^(?:pg_ctl|pg_ctlcluster)$/.test(command.name)
  );
}

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
