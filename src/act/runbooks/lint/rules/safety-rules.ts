import { commandRisk } from '../command-risk.ts';
import { type LintRule, sh } from '../lint-rule.ts';
import { commentAbove, hasOption, type LintCommand, optionValue, writtenAs } from '../lint-script.ts';
import { OPPOSITES } from './opposites.ts';

const words = (command: LintCommand) =>
  command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);

const EVERYONE = /(?:^|[^\d.])0\.0\.0\.0\/0|(?:^|[\s,='"])::\/0/;

const ADMIN_PORTS =
  /^(?:22|23|135|445|1433|1521|2375|2379|3306|3389|5432|5601|5984|6379|6443|9092|9200|10250|11211|27017|-1|all|0-65535)$/;

const isLister = (command: LintCommand) =>
  /^(?:aws|gcloud|az|kubectl|oc|docker|podman|doctl|helm|redis-cli|gsutil|openstack|ibmcloud|rabbitmqctl|velero)$/.test(
    command.name,
  );

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
];

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
