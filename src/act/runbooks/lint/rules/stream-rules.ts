import { commandRisk } from '../command-risk.ts';
import type { LintBlock } from '../lint-document.ts';
import { type LintRule, sh } from '../lint-rule.ts';
import { isUnconditional, type LintCommand, shellOptions, writtenAs } from '../lint-script.ts';

const lineBefore = (text: string, offset: number) => text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);

const leadOf = (text: string, offset: number) => lineBefore(text, offset);

/** True where the line is a command of its own and not the rest of one above. */
const isTopLine = (text: string, line: number) =>
  !/(?:\\|\||&&|\()\s*$/.test(text.slice(0, line).replace(/\n$/, '').split('\n').at(-1) ?? '');

const isDump = (command: LintCommand) =>
  /^(?:pg_dump|pg_dumpall|mysqldump|mariadb-dump|mongodump|pg_basebackup|mydumper|xtrabackup|mariabackup|innobackupex|slapcat|influxd|zfs|btrfs|etcdctl|redis-cli|clickhouse-client|cqlsh)$/.test(
    command.name,
  ) &&
  !command.args.some((arg) => /^(?:--version|--help|list|get|--schema-only|-s|info|ping)$/i.test(arg.value)) &&
  (!/^(?:zfs|btrfs)$/.test(command.name) || command.args.some((arg) => arg.value === 'send')) &&
  (!/^(?:etcdctl|redis-cli|influxd|clickhouse-client|cqlsh)$/.test(command.name) ||
    command.args.some((arg) => /^(?:snapshot|--rdb|backup)$/.test(arg.value)));

const isUnpacker = (command: LintCommand) =>
  /^(?:gunzip|zcat|bzcat|xzcat|zstdcat|pg_dump|mysqldump)$/.test(command.name) ||
  (/^(?:gzip|xz|bzip2|zstd|pigz)$/.test(command.name) &&
    command.args.some((arg) => /^-\w*d|^--decompress$/.test(arg.value))) ||
  (command.name === 'aws' &&
    command.args.some((arg) => arg.value === 'cp') &&
    command.args.some((arg) => arg.value === '-'));

const isChange = (command: LintCommand) => ['change', 'destroy'].includes(commandRisk(command));

/** Pipes, and commands that never end. */
export const STREAM_RULES: readonly LintRule[] = [
  {
    id: 'pipe-hides-failure',
    severity: 'error',
    title: 'A pipe that hides the failure of what matters',
    why: 'A pipe succeeds when its last command does. When the dump fails half-way, gzip still compresses what came and the step is green: the backup is empty or cut, and nobody knows until the restore.',
    fix: 'Put `set -o pipefail` before it.',
    bad: sh('pg_dump shop | gzip > shop.sql.gz'),
    good: sh('set -o pipefail\npg_dump shop | gzip > shop.sql.gz'),
    loud: [
      sh('docker exec db mysqldump shop | gzip > x.gz'),
      sh('gunzip -c shop.sql.gz | psql -v ON_ERROR_STOP=1 shop'),
      sh('sudo -u postgres pg_dumpall | ssh backup "cat > all.sql"'),
    ],
    silent: [
      sh('tar czf - /etc | wc -c'),
      sh('pg_dump --schema-only shop | grep TABLE'),
      sh('#!/bin/bash\nset -euo pipefail\npg_dump x | gzip > y'),
      sh('zcat app.log.gz | psql --version'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        for (const stages of block.script?.pipelines ?? []) {
          const first = producerOf(block, stages[0]!);
          const last = stages.at(-1)!;
          const dumps =
            isDump(first) &&
            /^(?:gzip|pigz|bzip2|xz|zstd|lz4|openssl|gpg|age|ssh|tee|dd|cat|split|s3cmd|gsutil|rclone|aws|mc|psql|mysql|mongorestore|pg_restore|kubectl|docker)$/.test(
              stages[1]!.name,
            );
          const restores =
            isUnpacker(first) &&
            /^(?:psql|mysql|mariadb|pg_restore|mongorestore|tar|kubectl|docker)$/.test(last.name) &&
            (last.name !== 'psql' ||
              last.args.length === 0 ||
              !last.args.some((arg) => /^(?:--version|--help|-l)$/.test(arg.value)));
          if ((!dumps && !restores) || shellOptions(first).pipefail) continue;
          const line = block.text.lastIndexOf('\n', stages[0]!.blockOffset - 1) + 1;
          const indent = /^[ \t]*/.exec(block.text.slice(line))![0];
          const at = block.offsetOf(line + indent.length);
          yield {
            at: { start: stages[0]!.start, end: last.end },
            message: `when ${first.name} fails, ${last.name} still succeeds and the step with it`,
            ...(block.reading === 'shell' &&
              block.fenced &&
              isTopLine(block.text, line) && {
                fix: {
                  title: 'Set pipefail before it',
                  edits: [{ start: at, end: at, text: `set -o pipefail\n${leadOf(document.text, at)}` }],
                },
              }),
          };
        }
      }
    },
  },
  {
    id: 'endless-blocks-rest',
    severity: 'warning',
    title: 'A command that never ends before steps that wait for it',
    why: 'The next line is reached only when somebody interrupts it, and then, in a script, not at all. A port forward that is interrupted is gone when the next line needs it.',
    fix: 'Give it an end (`timeout 60`, `--tail`), or run it in the background and stop it afterwards.',
    bad: sh('kubectl port-forward service/shop 8080:80\ncurl -s http://localhost:8080/health'),
    good: sh('kubectl port-forward service/shop 8080:80 &\ncurl -s http://localhost:8080/health\nkill %1'),
    loud: [sh('kubectl apply -f green/\nwatch kubectl get pods\nkubectl scale deployment/blue --replicas=0')],
    silent: [
      sh('kubectl get pods\n# Follow logs\nkubectl logs -f x\n# Restart\nkubectl rollout restart deployment/x'),
      sh('tail -f app.log'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        const own = block.script?.commands.filter((command) => !command.quoted && command.via.length === 0) ?? [];
        for (const [place, command] of own.entries()) {
          const what = endless(command);
          if (
            what === null ||
            !isUnconditional(command) ||
            /^\s*&(?!&)/.test(command.tree.text.slice(command.node.end))
          )
            continue;
          const later = own.slice(place + 1);
          const uses =
            what === 'forward' &&
            later.some((next) => next.args.some((arg) => /localhost|127\.0\.0\.1/.test(arg.value)));
          const between = what === 'watch' && own.slice(0, place).some(isChange) && later.some(isChange);
          if (uses || between)
            yield {
              at: command,
              message: uses
                ? `\`${writtenAs(command)}\` stays in the foreground: the next line needs it but is never reached`
                : `\`${writtenAs(command)}\` never ends: the steps below wait for somebody to interrupt it`,
            };
        }
      }
    },
  },
  {
    id: 'follow-in-pipe',
    severity: 'warning',
    title: 'Following a log into a command that waits for its end',
    why: 'Followed logs do not end: `head -50` hangs until there are fifty such lines, `sort` and `wc` never answer.',
    fix: 'Leave out `-f` and say how much is wanted: `--tail`, `--since`.',
    bad: sh('kubectl logs -f deployment/shop | grep ERROR | head -50'),
    good: sh('kubectl logs deployment/shop --since=1h | grep ERROR | head -50'),
    silent: [sh('tail -f app.log | grep ERROR'), sh('timeout 60 tail -f app.log | wc -l')],
    *check(document) {
      for (const block of document.blocks) {
        for (const stages of block.script?.pipelines ?? []) {
          const last = stages.at(-1)!;
          if (
            !/^(?:head|sort|uniq|wc|tail|tac|jq)$/.test(last.name) ||
            (last.name === 'jq' && !last.args.some((arg) => /^-\w*s/.test(arg.value)))
          )
            continue;
          const follow = stages[0]!.args.find((arg) => /^(?:-f|-F|--follow|-[a-z]*f)$/.test(arg.value));
          if (
            !/^(?:kubectl|oc|tail|journalctl|docker|docker-compose|podman)$/.test(stages[0]!.name) ||
            follow === undefined
          )
            continue;
          if (!stages[0]!.args.some((arg) => arg.value === 'logs') && !/^(?:tail|journalctl)$/.test(stages[0]!.name))
            continue;
          if (
            stages[0]!.name === 'docker-compose' &&
            stages[0]!.args.findIndex((arg) => arg.value === 'logs') > stages[0]!.args.indexOf(follow)
          )
            continue;
          yield { at: follow, message: `followed logs do not end, so ${last.name} waits` };
        }
      }
    },
  },
];

function producerOf(block: LintBlock, stage: LintCommand): LintCommand {
  const inside = block.script!.commands.filter((command) => command.node === stage.node && command.tree === stage.tree);
  return inside.at(-1) ?? stage;
}

function endless(command: LintCommand): 'forward' | 'watch' | null {
  const values = command.args.map((arg) => arg.value);
  const verb = values.find((value) => !value.startsWith('-'));
  if (/^(?:kubectl|oc)$/.test(command.name)) {
    if (verb === 'port-forward' || verb === 'proxy') return 'forward';
    if (verb === 'get' && values.some((value) => /^(?:-w|--watch)$/.test(value))) return 'watch';
    if (verb === 'logs' && values.some((value) => /^(?:-f|--follow)$/.test(value))) return 'watch';
    return null;
  }
  if (command.name === 'watch' || command.name === 'top' || command.name === 'htop')
    return values.some((value) => /^-b/.test(value)) ? null : 'watch';
  if (command.name === 'tail') return values.some((value) => /^-\w*[fF]$/.test(value)) ? 'watch' : null;
  if (command.name === 'journalctl') return values.some((value) => /^-\w*f$/.test(value)) ? 'watch' : null;
  return command.name === 'ssh' && values.includes('-N') && !values.some((value) => /^-\w*f/.test(value))
    ? 'forward'
    : null;
}
