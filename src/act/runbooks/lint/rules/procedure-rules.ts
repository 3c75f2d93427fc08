import { commandRisk } from '../command-risk.ts';
import type { LintDocument } from '../lint-document.ts';
import { type Found, type LintRule, sh } from '../lint-rule.ts';
import { commentAbove, hasOption, type LintCommand, writtenAs } from '../lint-script.ts';
import { SWITCHES } from './switches.ts';

const words = (command: LintCommand) =>
  command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);

/** Procedures that leave things as they must not stay. */
export const PROCEDURE_RULES: readonly LintRule[] = [
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
      '## 6 Replica\n\n### 6.1 Data\n\n```bash\nsystemctl stop shop\nrm -rf /srv/shop/*\n```\n\n### 6.2 Go\n\n```bash\nsystemctl start shop\n```\n',
      '## Failover\n\nFence the old primary:\n\n```bash\nsystemctl stop postgresql\n```\n',
      '## Reference\n\n```bash\n# Stop\nsystemctl stop shop\n# Status\nsystemctl status shop\n```\n',
      '## On your machine\n\n```bash\n# Begin\ndocker compose up -d\n# End\ndocker compose down\n# See\ndocker compose ps\n```\n',
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
      sh('# Restart policy "always"\ndocker run -d --restart=always --name web web'),
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
          if (/^(?:wait|rollout|exec|run|compose|container|start|create)$/.test(words(command)[0] ?? '')) continue;
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

function* neverStarted(document: LintDocument): Iterable<Found> {
  for (const [place, command] of document.commands.entries()) {
    const stopped = stopOf(command);
    if (stopped === null) continue;
    const sections = procedureAround(document, command.block.section);
    const said = `${command.block.headings.join(' ')} ${command.block.announced} ${commentAbove(command)}`;
    if (
      /\b(?:stop|shut|down|uninstall|remov|decommission|retire|fenc|fail ?over|isolat|contain|quarantin|disable|kill|terminat|clean|reset|destroy|tear|delet|promot|switch ?over|reference|command)|停止|停め|остан|(?:^|\s)(?:par(?:ar|ada)|deten|arr[êe]t|stopp)/i.test(
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
    // What the same section started is stopped at its end on purpose, or both stand in a list to pick from.
    const startedBefore = document.commands
      .slice(0, place)
      .some((other) => startsOf(other, stopped) && other.block.section === command.block.section);
    if (startedBefore) continue;
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

/** The section and those inside it; where it is a numbered part of a procedure (6.1, Step 2), all of that procedure. */
function procedureAround(document: LintDocument, section: number): number[] {
  const own = document.headings[section];
  if (own === undefined || !/^\W{0,3}(?:\d+\.\d+|(?:step|schritt|paso|étape|шаг)\s*\d)/iu.test(own.title))
    return sectionsBelow(document, section);
  for (let at = section - 1; at >= 0; at--)
    if (document.headings[at]!.depth < own.depth) return sectionsBelow(document, at);
  return sectionsBelow(document, section);
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
