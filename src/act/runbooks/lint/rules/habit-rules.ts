import { ancestorOf, parentOf, textOf } from '../../syntax/shell-tree.ts';
import { type LintRule, sh } from '../lint-rule.ts';
import { hasOption, type LintCommand, outputGoesTo, shellOptions } from '../lint-script.ts';

const words = (command: LintCommand) =>
  command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);

/** Habits that work until the night they do not. */
export const HABIT_RULES: readonly LintRule[] = [
  {
    id: 'kill-nine-first',
    severity: 'warning',
    title: 'SIGKILL as the first signal',
    why: 'The process cannot finish writing, remove its lock or hand over its connections; databases then recover for minutes.',
    fix: 'Send TERM, wait, and only then KILL.',
    bad: sh('pkill -9 postgres'),
    good: sh('pkill postgres\nsleep 10\npkill -9 postgres'),
    silent: [sh('systemctl stop x\nkill -9 "$PID"'), sh('kill -0 $PID'), sh('docker kill -s HUP x')],
    *check(document) {
      for (const command of document.commands) {
        if (
          !/^(?:kill|pkill|killall)$/.test(command.name) ||
          !command.args.some((arg) => /^-(?:9|KILL|SIGKILL)$|^--signal=(?:9|KILL)$/.test(arg.value))
        )
          continue;
        const before = document.commands.some(
          (other) =>
            other.start < command.start &&
            other.block.section === command.block.section &&
            (/^(?:kill|pkill|killall)$/.test(other.name) || words(other).includes('stop')),
        );
        if (!before) yield { at: command, message: 'the process gets no chance to end by itself' };
      }
    },
  },
  {
    id: 'curl-pipe-shell',
    severity: 'warning',
    title: 'A script from the internet run as it arrives',
    why: 'Whatever the address serves tonight runs with your rights, and a broken connection runs half of it.',
    fix: 'Download it, check its checksum, read it, then run it.',
    bad: sh('curl -fsSL https://example.com/install.sh | sudo bash'),
    good: sh(
      'curl -fsSLo install.sh https://example.com/install.sh\necho "$SHA256  install.sh" | sha256sum -c\nsudo bash install.sh',
    ),
    silent: [sh('curl -s https://x/health | jq .'), sh('cat local.sh | bash')],
    *check(document) {
      for (const block of document.blocks) {
        for (const stages of block.script?.pipelines ?? []) {
          const inner = block.script!.commands.filter((command) => command.node === stages.at(-1)!.node).at(-1)!;
          if (
            /^(?:curl|wget)$/.test(stages[0]!.name) &&
            /^(?:bash|sh|zsh|python3?|perl|ruby)$/.test(inner.name) &&
            !inner.args.some((arg) => /^-[mc]/.test(arg.value))
          )
            yield { at: { start: stages[0]!.start, end: inner.end }, message: 'what is downloaded runs unseen' };
        }
      }
    },
  },
  {
    id: 'curl-hides-failure',
    severity: 'error',
    title: 'A decision on curl that takes an error page for success',
    why: 'Without `-f` curl exits 0 for 404 and 500, so the check passes while the service is down.',
    fix: 'Add `-f` (or `--fail-with-body`).',
    bad: sh('curl -s http://localhost:8080/health && echo healthy'),
    good: sh('curl -fs http://localhost:8080/health && echo healthy'),
    loud: [
      sh('until curl -s http://x/health; do sleep 1; done'),
      sh('if curl -so /dev/null https://x/health; then echo up; fi'),
      sh('curl -s http://x/health || exit 1'),
    ],
    silent: [
      sh('if curl -s http://x/health | grep -q ok; then echo up; fi'),
      sh('curl -s http://x/metrics'),
      sh('[ "$(curl -s -o /dev/null -w "%{http_code}" http://x)" = 200 ] && echo up'),
      sh('curl -sSfL http://x || exit 1'),
      sh('curl -o f http://x && tar xf f'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (
          command.name !== 'curl' ||
          command.quoted ||
          command.args.some((arg) => /^-[a-zA-Z]*f|^--fail/.test(arg.value))
        )
          continue;
        if (
          outputGoesTo(command) === 'pipe' ||
          outputGoesTo(command) === 'variable' ||
          hasOption(command, '-w', '--write-out') ||
          command.args.some((arg) => /^-[a-zA-Z]*w$/.test(arg.value))
        )
          continue;
        if (!command.args.some((arg) => /health|ready|live|ping|status/i.test(arg.value)) || !decides(command))
          continue;
        const edit = { start: command.nameSpan.end, end: command.nameSpan.end, text: ' -f' };
        yield {
          at: command,
          message: 'curl exits 0 for an error page, so this decides nothing',
          fix: { title: 'Fail on errors of the server', edits: [edit] },
        };
      }
    },
  },
  {
    id: 'certificate-not-checked',
    severity: 'warning',
    title: 'A certificate that is not checked',
    why: 'The answer may come from anyone, and an expired certificate, which is what everyone else sees, goes unnoticed.',
    fix: 'Leave `-k` out, or name the authority with `--cacert`.',
    bad: sh('curl -k https://api.example.com/health'),
    good: sh('curl --cacert ca.pem https://api.example.com/health'),
    loud: [
      sh('wget --no-check-certificate https://example.com/x.tgz'),
      sh('ssh -o StrictHostKeyChecking=no admin@host uptime'),
    ],
    silent: [
      sh('curl -k https://localhost:8443/health'),
      sh('curl -k https://10.0.0.1:6443/healthz'),
      sh('curl -sk "https://$POD_IP:8443"'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const insecure =
          command.name === 'curl'
            ? command.args.find(
                (arg) =>
                  /^-[a-zA-Z]*k[a-zA-Z]*$|^--insecure$/.test(arg.value) &&
                  !/^-[a-zA-Z]*[oHdXuwm]/.test(arg.value.replace(/k.*/, '')),
              )
            : command.name === 'wget'
              ? command.args.find((arg) => arg.value === '--no-check-certificate')
              : command.name === 'ssh' || command.name === 'scp'
                ? command.args.find((arg) => /^(?:-o)?StrictHostKeyChecking=no$/i.test(arg.value))
                : undefined;
        if (insecure === undefined) continue;
        const url = command.args.find((arg) => /^https:\/\//.test(arg.value))?.value;
        if (
          /^(?:curl|wget)$/.test(command.name) &&
          (url === undefined ||
            !/^https:\/\/[a-z][\w-]*(?:\.[\w-]+)*\.[a-z]{2,}(?:[:/]|$)/i.test(url) ||
            /\.(?:local|internal|svc|cluster\.local|test|localhost)(?:[:/]|$)/.test(url))
        )
          continue;
        yield {
          at: insecure,
          message: `${insecure.value} takes any ${command.name === 'ssh' || command.name === 'scp' ? 'host key' : 'certificate'}`,
        };
      }
    },
  },
  {
    id: 'force-push',
    severity: 'warning',
    title: 'A forced push that overwrites what others pushed',
    why: "Commits pushed since your last fetch are gone from the branch, tonight's fix of a colleague among them.",
    fix: 'Use `--force-with-lease`.',
    bad: sh('git push --force origin main'),
    good: sh('git push --force-with-lease origin main'),
    silent: [sh('git push origin main'), sh('git push --force origin my-fix')],
    *check(document) {
      for (const command of document.commands) {
        const [verb, , branch] = words(command);
        // A branch of one's own is pushed by force after every rebase.
        if (
          command.name !== 'git' ||
          verb !== 'push' ||
          !/^(?:HEAD:)?(?:main|master|trunk|develop|production|prod|staging|release\S*)$/.test(branch ?? '')
        )
          continue;
        const force = command.args.find((arg) => /^(?:--force|-f)$/.test(arg.value));
        if (force !== undefined)
          yield {
            at: force,
            message: 'what others have pushed meanwhile is overwritten',
            ...(!command.quoted && {
              fix: {
                title: 'Only if nobody pushed meanwhile',
                edits: [{ start: force.start, end: force.end, text: '--force-with-lease' }],
              },
            }),
          };
      }
    },
  },
  {
    id: 'world-writable',
    severity: 'warning',
    title: 'Rights for everyone',
    why: 'Every process on the machine may now change these files; the incident that follows is larger than the one being solved.',
    fix: 'Give the owner or group that needs it the right.',
    bad: sh('chmod -R 777 /var/www'),
    good: sh('chown -R www-data: /var/www'),
    silent: [sh('chmod 755 x.sh'), sh('chmod 1777 /tmp')],
    *check(document) {
      for (const command of document.commands) {
        const mode =
          command.name === 'chmod' ? command.args.find((arg) => /^0?777$|^(?:a|ugo)\+rwx$/.test(arg.value)) : undefined;
        if (mode !== undefined) yield { at: mode, message: 'everyone on the machine may write here' };
      }
    },
  },
  {
    id: 'apply-unseen',
    severity: 'warning',
    title: 'terraform changes that nobody has seen',
    why: "Whatever differs at that moment is changed with it, other people's half finished work and manual emergency changes too.",
    fix: 'Write the plan to a file (`plan -out=x`), read it, and apply that file.',
    bad: sh('terraform apply -auto-approve'),
    good: sh('terraform plan -out=change.tfplan\nterraform apply change.tfplan'),
    silent: [sh('terraform apply'), sh('terraform plan -out=x.tfplan\nterraform apply -auto-approve x.tfplan')],
    *check(document) {
      for (const command of document.commands) {
        if (
          !/^(?:terraform|tofu)$/.test(command.name) ||
          !/^(?:apply|destroy)$/.test(words(command)[0] ?? '') ||
          words(command).length > 1
        )
          continue;
        const approved = command.args.find((arg) => /^--?auto-approve(?:=true)?$/.test(arg.value));
        if (approved !== undefined)
          yield {
            at: approved,
            message: `terraform ${words(command)[0]} goes ahead without anyone seeing what it changes`,
          };
      }
    },
  },
  {
    id: 'database-without-tls',
    severity: 'warning',
    title: 'A connection to a database without encryption',
    why: 'The password and all data cross the network readable.',
    fix: 'Use sslmode=verify-full, or at least require.',
    bad: sh('psql "postgresql://app@db.example.com:5432/shop?sslmode=disable"'),
    good: sh('psql "postgresql://app@db.example.com:5432/shop?sslmode=verify-full"'),
    silent: [
      sh('psql "postgresql://localhost/shop?sslmode=disable"'),
      '```yaml\nurl: postgres://db/x?sslmode=disable\n```\n',
    ],
    *check(document) {
      for (const command of document.commands) {
        const word = command.args.find(
          (arg) =>
            /sslmode=disable/.test(arg.value) &&
            !/@?(?:localhost|127\.0\.0\.1|\[::1\])[:/]|:\/\/(?:localhost|127\.0\.0\.1)/.test(arg.value),
        );
        if (word !== undefined) yield { at: word, message: 'sslmode=disable sends password and data unencrypted' };
      }
    },
  },
  {
    id: 'grep-stops-script',
    severity: 'warning',
    title: 'A count or search that ends the script when it finds nothing',
    why: '`grep` exits 1 when nothing matches; under `set -e` an assignment from it ends the script there, silently, in the case that is the good one.',
    fix: 'Write `|| true` behind it where finding nothing is fine.',
    bad: sh('#!/bin/bash\nset -e\nERRORS=$(grep -c ERROR /var/log/shop.log)\necho "$ERRORS errors"'),
    good: sh('#!/bin/bash\nset -e\nERRORS=$(grep -c ERROR /var/log/shop.log || true)\necho "$ERRORS errors"'),
    silent: [
      sh('ERRORS=$(grep -c ERROR x)'),
      sh('set -e\nif grep -q x y; then echo z; fi'),
      sh('set -euo pipefail\nN=$(wc -l < x)'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (!/^(?:grep|egrep)$/.test(command.name) || command.quoted || !shellOptions(command).errexit) continue;
        const substitution = ancestorOf(command.tree, command.node, ['command_substitution']);
        const assignment = substitution === undefined ? undefined : parentOf(command.tree, substitution);
        if (
          substitution === undefined ||
          assignment?.type !== 'variable_assignment' ||
          !hasOption(command, '-c', '--count')
        )
          continue;
        if (
          /\|\|/.test(textOf(command.tree, substitution)) ||
          /^\s*\|\|/.test(command.tree.text.slice(assignment.end)) ||
          parentOf(command.tree, command.node)?.type === 'pipeline'
        )
          continue;
        yield { at: command, message: 'when nothing matches, the script ends here' };
      }
    },
  },
];

/** True where the exit code of the command chooses what happens next. */
function decides(command: LintCommand): boolean {
  const above = parentOf(command.tree, command.node);
  const inner = above?.type === 'redirected_statement' ? above : command.node;
  const around = parentOf(command.tree, inner);
  if (around === undefined) return false;
  if (around.type === 'list') return around.children[0] === command.tree.nodes.indexOf(inner);
  if (around.type === 'negated_command') return true;
  return (
    /^(?:if_statement|while_statement|elif_clause)$/.test(around.type) &&
    around.children.indexOf(command.tree.nodes.indexOf(inner)) === 1
  );
}
