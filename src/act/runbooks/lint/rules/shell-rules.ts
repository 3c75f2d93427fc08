import { isKnownCommand } from '../../blocks/detect-language.ts';
import { childrenOf, parentOf, type ShellNode, textOf } from '../../syntax/shell-tree.ts';
import { commandRisk } from '../command-risk.ts';
import type { LintBlock } from '../lint-document.ts';
import { type LintRule, type Span, sh } from '../lint-rule.ts';
import { isUnconditional, type LintCommand, shellOptions, writtenAs } from '../lint-script.ts';
import { openQuote } from '../open-quote.ts';

const SHELL = /^(?:sh|bash|shell|zsh|ksh)$/;
const nodeSpan = (block: LintBlock, node: Pick<ShellNode, 'start' | 'end'>): Span => ({
  start: block.offsetOf(node.start),
  end: block.offsetOf(node.end),
});

/** Mistakes of bash itself. */
export const SHELL_RULES: readonly LintRule[] = [
  {
    id: 'unterminated-quote',
    severity: 'error',
    title: 'A quote that is opened and never closed',
    why: 'The shell waits for the closing quote and takes every following line as part of the text; nothing of it runs.',
    fix: 'Close the quote, or escape it where it is a letter of the text.',
    bad: sh('echo "maintenance starts\nsystemctl stop shop'),
    good: sh('echo "maintenance starts"\nsystemctl stop shop'),
    silent: [
      sh("echo it\\'s  # don't worry"),
      sh("cat <<'EOF'\nit's fine\nEOF"),
      sh("# it's a comment\nuptime"),
      sh('echo "${a:-"b"}" \'"\' $\'it\\\'s\' "$(echo ")")"'),
      "```console\n$ uptime\n it's up\n```\n",
    ],
    *check(document) {
      for (const block of document.blocks) {
        if (!SHELL.test(block.language) || block.script === null || block.reading !== 'shell') continue;
        const open = openQuote(block.text);
        if (open === null) continue;
        const at = block.offsetOf(open.offset);
        yield { at: { start: at, end: at + 1 }, message: `the ${open.quote} opened here is never closed` };
      }
    },
  },
  {
    id: 'heredoc-end',
    severity: 'error',
    title: 'A here-document whose end is indented or missing',
    why: 'bash looks for the end word alone at the start of a line; with blanks before or behind it everything up to the end of the script becomes the text.',
    fix: 'Put the end word at the start of its line, or open with `<<-` and indent with tabs.',
    bad: sh('cat > /etc/motd <<EOF\nmaintenance\n  EOF\nuptime'),
    good: sh('cat > /etc/motd <<EOF\nmaintenance\nEOF\nuptime'),
    silent: [sh('cat <<-EOF\n\thello\n\tEOF'), sh("x=$((1<<3))\ncat <<'END'\nEOF\nEND")],
    *check(document) {
      for (const block of document.blocks) {
        if (block.script === null || block.reading !== 'shell') continue;
        for (const match of block.text.matchAll(/(?<![<$(])<<(-?)[ \t]*(["']?)([A-Za-z_]\w*)\2(?!\w)/g)) {
          const [written, dash, , word] = match;
          const lines = block.text
            .slice(match.index + written.length)
            .split('\n')
            .slice(1);
          const ends = lines.some((line) => (dash === '-' ? line.replace(/^\t+/, '') : line) === word);
          const almost = lines.find((line) => line.trim() === word);
          if (ends || /^\s*#/.test(lineBefore(block.text, match.index))) continue;
          const at = block.offsetOf(match.index);
          yield {
            at: { start: at, end: at + written.length },
            message:
              almost === undefined
                ? `the here-document ends with ${word}, which never comes`
                : `the line that should end the here-document is not exactly ${word}: it has blanks around it`,
          };
        }
      }
    },
  },
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
    id: 'rm-unset-variable',
    severity: 'error',
    title: 'A recursive delete below a variable that may be empty',
    why: 'When the variable is not set, `rm -rf "$DIR"/*` is `rm -rf /*`.',
    fix: 'Write `${DIR:?}`: bash then stops with a message when it is empty.',
    bad: sh('rm -rf $BACKUP_DIR/*'),
    good: sh('rm -rf "${BACKUP_DIR:?}"/*'),
    silent: [
      sh('set -u\nrm -rf "$BACKUP_DIR"/*'),
      sh('DIR=/tmp/work\nrm -rf "$DIR"/*'),
      sh('rm -rf "$BACKUP_DIR"'),
      sh('T=$(mktemp -d)\nrm -rf "$T/x"'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (command.name !== 'rm' || !command.args.some((arg) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(arg.value)))
          continue;
        if (shellOptions(command).nounset) continue;
        for (const arg of command.args) {
          const [whole, name = ''] = /^["']?\$(?:\{(\w+)\}|(\w+))["']?\/(?:\*|["']?$|["']?\*)?/.exec(arg.raw) ?? [];
          const variable = name || /^["']?\$(\w+)/.exec(arg.raw)?.[1] || '';
          if (whole === undefined || arg.raw.startsWith("'") || assignsConstant(command, variable)) continue;
          const from = arg.raw.indexOf('$');
          const length = /^\$(?:\{\w+\}|\w+)/.exec(arg.raw.slice(from))![0].length;
          yield {
            at: arg,
            message: `when ${variable} is empty, this removes everything below /`,
            ...(!command.quoted && {
              fix: {
                title: `Stop when ${variable} is empty`,
                edits: [{ start: arg.start + from, end: arg.start + from + length, text: `\${${variable}:?}` }],
              },
            }),
          };
        }
      }
    },
  },
  {
    id: 'unquoted-variable',
    severity: 'warning',
    title: 'A delete with a variable outside quotes',
    why: 'A blank or a star in the value makes several names of it, and all of them are deleted.',
    fix: 'Put the variable into double quotes.',
    bad: sh('rm -f $OLD_BACKUP'),
    good: sh('rm -f "$OLD_BACKUP"'),
    silent: [sh('FILES="a b"\nrm -f $FILES'), sh('for f in *.log; do rm "$f"; done'), sh('rm -f /tmp/$$.lock')],
    *check(document) {
      for (const command of document.commands) {
        if (!/^(?:rm|shred)$/.test(command.name) || command.quoted) continue;
        for (const arg of command.args) {
          const match = /^\$(?:\{(\w+)\}|([A-Za-z_]\w*))$/.exec(arg.raw);
          const name = match?.[1] ?? match?.[2];
          if (name === undefined || new RegExp(`\\b${name}=(["'(][^\\n]*\\s|\\()`).test(command.tree.text)) continue;
          yield {
            at: arg,
            message: `${name} stands outside quotes: a blank in it makes two names of it`,
            fix: { title: 'Put it into quotes', edits: [{ start: arg.start, end: arg.end, text: `"${arg.raw}"` }] },
          };
        }
      }
    },
  },
  {
    id: 'cd-unguarded',
    severity: 'error',
    title: 'A delete that depends on a `cd` which may fail',
    why: 'When the folder is not there, `cd` fails, the shell stays where it is, and the delete happens there.',
    fix: 'Write `cd DIR && rm …` or `cd DIR || exit 1`.',
    bad: sh('cd /var/lib/shop/cache\nrm -rf *'),
    good: sh('cd /var/lib/shop/cache && rm -rf ./*'),
    silent: [sh('set -e\ncd /x\nrm -rf *'), sh('cd /x || exit 1\nrm -rf y'), sh('cd /x\nrm -rf /var/cache/shop')],
    *check(document) {
      for (const block of document.blocks) {
        const commands = block.script?.commands.filter((command) => !command.quoted) ?? [];
        for (const [place, command] of commands.entries()) {
          if (
            command.name !== 'cd' ||
            !isUnconditional(command) ||
            command.args.length === 0 ||
            shellOptions(command).errexit
          )
            continue;
          const removes = commands.slice(place + 1).find((next) => next.name === 'rm' || next.name === 'cd');
          if (removes?.name !== 'rm' || removes.remote) continue;
          const relative = removes.args.some(
            (arg) => !arg.value.startsWith('-') && /^(?:\*|\.\/|\.\*|[\w.*-]+(?:\/|$))/.test(arg.value),
          );
          const sweeping = removes.args.some((arg) => /^-[a-zA-Z]*[rR]|\*/.test(arg.value));
          if (!relative || !sweeping) continue;
          yield {
            at: command,
            message: `when this cd fails, \`${writtenAs(removes)}\` deletes in another folder`,
            fix: { title: 'Stop when cd fails', edits: [{ start: command.end, end: command.end, text: ' || exit 1' }] },
          };
        }
      }
    },
  },
  {
    id: 'read-and-write-same-file',
    severity: 'error',
    title: 'A command that writes the file it reads',
    why: 'The shell empties the file for `>` before the command starts, so the command reads nothing and the content is gone.',
    fix: "Write into another file and move it over, or use the tool's own in-place option.",
    bad: sh('sort hosts.txt > hosts.txt'),
    good: sh('sort -o hosts.txt hosts.txt'),
    loud: [sh('cat app.conf | sed s/a/b/ > app.conf'), sh('jq . data.json > data.json')],
    silent: [sh('sort hosts.txt >> hosts.txt'), sh('grep x a.txt > b.txt'), sh('echo hosts.txt > hosts.txt')],
    *check(document) {
      for (const block of document.blocks) {
        const { tree } = block.script ?? {};
        if (tree === undefined) continue;
        for (const node of tree.nodes) {
          if (node.type !== 'file_redirect' || !/^\s*1?>[^>&]/.test(textOf(tree, node))) continue;
          const target = textOf(tree, node).replace(/^\s*1?>\|?\s*/, '');
          if (!/^[\w./-]+$/.test(target) || target.startsWith('/dev/')) continue;
          let whole = parentOf(tree, node);
          while (whole !== undefined && parentOf(tree, whole)?.type === 'pipeline') whole = parentOf(tree, whole);
          const reads = block.script!.commands.some(
            (command) =>
              command.tree === tree &&
              whole !== undefined &&
              command.node.start >= whole.start &&
              command.node.end <= whole.end &&
              /^(?:cat|sort|uniq|sed|awk|grep|egrep|head|tail|cut|tr|jq|yq|tac|envsubst|xmllint|kubeseal|gunzip|iconv)$/.test(
                command.name,
              ) &&
              command.args.some((arg) => arg.raw === target),
          );
          if (reads) yield { at: nodeSpan(block, node), message: `${target} is emptied before it is read` };
        }
      }
    },
  },
  {
    id: 'redirect-from-pattern',
    severity: 'error',
    title: 'A redirection from or to a pattern',
    why: 'A redirection takes exactly one file. With two files that match, bash says "ambiguous redirect" and the command does not run; with a shell that takes the first, the wrong file is used.',
    fix: 'Name the file, or ask for it as a parameter.',
    bad: sh('psql -v ON_ERROR_STOP=1 shop < backup_*.sql'),
    good: sh('psql -v ON_ERROR_STOP=1 shop < "$BACKUP_FILE"'),
    silent: [sh("grep '<*>' file"), sh('cat backup_*.sql > all.sql'), sh('[[ $x < *.sql ]]')],
    *check(document) {
      for (const block of document.blocks) {
        const { tree } = block.script ?? {};
        for (const node of tree?.nodes ?? []) {
          if (node.type !== 'file_redirect' || !/^\s*\d?[<>]{1,2}\s*[^\s"'$(&]*[*?]/.test(textOf(tree!, node)))
            continue;
          yield {
            at: nodeSpan(block, node),
            message: `\`${textOf(tree!, node).trim()}\` takes exactly one file, the pattern may match several`,
          };
        }
      }
    },
  },
  {
    id: 'pattern-on-wrong-side',
    severity: 'error',
    title: 'A pattern meant for a container that is expanded on your own machine',
    why: 'The star is replaced before `docker` or `kubectl` starts, by file names of your machine; where nothing matches, the container gets the star itself, and without a shell there it means a file called `*`. Nothing is deleted and the command succeeds.',
    fix: "Let a shell in the container do it: `sh -c 'rm -rf /data/*'`.",
    bad: sh('docker run --rm -v shop_data:/data busybox rm -rf /data/*'),
    good: sh("docker run --rm -v shop_data:/data busybox sh -c 'rm -rf /data/*'"),
    loud: [sh('kubectl exec -n shop deployment/api -- rm -f /var/log/shop/*.old')],
    silent: [
      sh("kubectl exec shop -- find /data -name '*.old' -delete"),
      sh('docker exec db psql -c "select * from t"'),
      sh('docker run -v /a:/a x ls "/data/*"'),
      sh('sudo rm -rf /data/*'),
      sh('docker cp x:/data/a *'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const carrier = command.via.at(-1) ?? '';
        if (!command.remote || command.quoted || !/^(?:docker|docker-compose|podman|kubectl|oc|crictl)$/.test(carrier))
          continue;
        const pattern = command.args.find((arg) => /^\/[\w./-]*\*[\w./*-]*$/.test(arg.raw));
        if (pattern !== undefined && !/^(?:sh|bash|ash)$/.test(command.name))
          yield { at: pattern, message: `${pattern.raw} is expanded here, not in the container` };
      }
    },
  },
  {
    id: 'sudo-redirect',
    severity: 'error',
    title: 'A redirection that sudo does not cover',
    why: 'The redirection is done by the caller\'s own shell before sudo starts, so writing a file of root fails with "permission denied".',
    fix: 'Pipe into `sudo tee FILE > /dev/null`.',
    bad: sh('sudo echo 1 > /proc/sys/vm/drop_caches'),
    good: sh('echo 1 | sudo tee /proc/sys/vm/drop_caches > /dev/null'),
    silent: [sh('sudo cat /var/log/messages > /tmp/messages'), sh('sudo bash -c "echo 1 > /proc/x"')],
    *check(document) {
      for (const command of document.commands) {
        if (command.name !== 'sudo' || command.quoted) continue;
        const around = parentOf(command.tree, command.node);
        if (around?.type !== 'redirected_statement') continue;
        for (const redirect of childrenOf(command.tree, around)) {
          const target = /^\s*>{1,2}\s*["']?(\/(?:etc|proc|sys|usr|boot|root)\/\S*?)["']?$/.exec(
            textOf(command.tree, redirect),
          )?.[1];
          if (target !== undefined)
            yield {
              at: nodeSpan(command.block, redirect),
              message: `${target} is opened by your own shell, not by sudo`,
            };
        }
      }
    },
  },
  {
    id: 'unreachable-step',
    severity: 'error',
    title: 'Commands that never run',
    why: 'The script has ended, or another program has taken its place, before they come; what they were to do is left undone.',
    fix: 'Move them up, or make the ending depend on a condition.',
    bad: sh('systemctl restart shop\nexit 0\ncurl -f http://localhost:8080/health'),
    good: sh('systemctl restart shop\ncurl -f http://localhost:8080/health\nexit 0'),
    loud: [sh('exec /usr/bin/shop --serve\nuptime')],
    silent: [
      sh('ssh db1\nuptime\nexit\nuptime'),
      sh('[ -f x ] || exit 1\nuptime'),
      sh('exec > /var/log/x.log 2>&1\nuptime'),
      sh('if true; then exit 1; fi\nuptime'),
      sh('sudo -i\nwhoami\nexit\nuptime'),
      sh('f() { exit 1; }\nf'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        if (block.script === null || block.reading !== 'shell') continue;
        const own = block.script.commands.filter((command) => !command.quoted && command.via.length === 0);
        const entered = own.findIndex((command) =>
          /^(?:ssh|su|sudo|psql|mysql|kubectl|docker|docker-compose|bash|sh|vagrant|screen|tmux|oc|gcloud|podman|redis-cli|chroot|python3?|mongo|mongosh)$/.test(
            command.name,
          ),
        );
        const at = own.findIndex(
          (command, place) =>
            isUnconditional(command) && isTopLevel(command) && (entered < 0 || place < entered) && ends(command),
        );
        const next = own.find((command) => at >= 0 && command.node.start > own[at]!.node.end);
        if (next !== undefined)
          yield { at: next, message: `\`${writtenAs(own[at]!, 40)}\` above has ended the script: this never runs` };
      }
    },
  },
  {
    id: 'hash-starts-comment',
    severity: 'warning',
    title: 'An argument that the shell takes for a comment',
    why: 'A word that begins with # and everything behind it is ignored, so the command runs without it.',
    fix: 'Put the word into quotes.',
    bad: sh('slack-cli join-channel #incident-$INCIDENT_ID'),
    good: sh('slack-cli join-channel "#incident-$INCIDENT_ID"'),
    silent: [
      sh('uptime # look'),
      sh('uptime #load'),
      sh('kubectl get pods #list all the pods'),
      sh('#incident\nuptime'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        const { tree } = block.script ?? {};
        for (const node of tree?.nodes ?? []) {
          if (node.type !== 'comment') continue;
          const written = textOf(tree!, node).trimEnd();
          const before = lineBefore(tree!.text, node.start);
          if (
            !/^#[\w-]*(?:\$\{?\w+\}?|[a-z]+-[\w-]+)[\w-]*$/.test(written) ||
            !/(?:channel|join|room|post|--(?:to|channel|room))\S*\s+$/i.test(before)
          )
            continue;
          const at = nodeSpan(block, { start: node.start, end: node.start + written.length });
          yield {
            at,
            message: `${written} is a comment to the shell: the command does not get it`,
            fix: { title: 'Put it into quotes', edits: [{ ...at, text: `"${written}"` }] },
          };
        }
      }
    },
  },
  {
    id: 'ambiguous-prompt',
    severity: 'warning',
    title: 'Lines that are comments, or commands at a root prompt',
    why: 'A reader takes `# systemctl stop db` for a comment and skips it, or for a command and runs it as root.',
    fix: 'Write commands without `#`, or mark the block as `console` and give every command the same prompt.',
    bad: sh('# systemctl stop postgresql\n# rm -rf /var/lib/postgresql/old'),
    good: sh('systemctl stop postgresql\nrm -rf /var/lib/postgresql/old'),
    silent: [
      sh('# stop the database\nsystemctl stop postgresql'),
      sh('# kill idle connections\n# restart the service'),
      sh('uptime\n# systemctl stop postgresql'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        if (!/^(?:sh|bash|shell|console|)$/.test(block.language) || !block.fenced) continue;
        const lines = block.text.split('\n').filter((line) => line.trim() !== '');
        if (lines.length === 0 || !lines.every((line) => /^\s*#/.test(line))) continue;
        const typed = lines
          .map((line) => /^\s*#\s+(\S+)\s+(.*)$/.exec(line))
          .filter((match) => match !== null && isCommandLine(match[1]!, match[2]!));
        const first = typed[0];
        if (first === undefined || first === null || typed.length * 2 < lines.length) continue;
        const start = block.offsetOf(block.text.indexOf(first[0]));
        yield {
          at: { start, end: start + first[0].length },
          message: `\`${first[0].trim()}\` is a comment here, or a command at a root prompt`,
        };
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
  {
    id: 'variable-typo',
    severity: 'warning',
    title: 'A variable whose name differs from one that is set by a letter',
    why: 'bash takes a name it does not know for empty and goes on.',
    fix: 'Write the name that was set.',
    bad: sh('BACKUP_DIR=/backups\ntar czf "$BACKUP_DRI/etc.tar.gz" /etc'),
    good: sh('BACKUP_DIR=/backups\ntar czf "$BACKUP_DIR/etc.tar.gz" /etc'),
    silent: [
      sh('HOST1=a\nHOST2=b\necho $HOST1 $HOST2 $HOST3'),
      sh('SRC_DB=a\necho $DST_DB'),
      sh('NODE=a\necho $NODES'),
    ],
    *check(document) {
      const set = new Set<string>();
      const used: { name: string; at: Span }[] = [];
      for (const block of document.blocks) {
        for (const match of block.text.matchAll(
          /(?:^|[\s;(])(?:export\s+|local\s+)?([A-Za-z_]\w*)=|\bfor\s+(\w+)\s+in\b|\bread\s+(?:-\w+\s+)*(\w+)/g,
        ))
          set.add((match[1] ?? match[2] ?? match[3])!);
        const { tree } = block.script ?? {};
        for (const node of tree?.nodes ?? []) {
          if (
            node.type !== 'variable_name' ||
            !/^\$\{?$/.test(tree!.text.slice(0, node.start).match(/\$\{?$/)?.[0] ?? '')
          )
            continue;
          used.push({ name: textOf(tree!, node), at: nodeSpan(block, node) });
        }
      }
      for (const { name, at } of used) {
        if (set.has(name) || name.length < 5) continue;
        const meant = [...set].find((other) => isSwap(name, other));
        if (meant !== undefined && used.filter((other) => other.name === name).length === 1)
          yield {
            at,
            message: `${name} is never set; ${meant} is`,
            fix: { title: `Write ${meant}`, edits: [{ ...at, text: meant }] },
          };
      }
    },
  },
];

const lineBefore = (text: string, offset: number) => text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
const leadOf = (text: string, offset: number) => lineBefore(text, offset);
/** True where the line is a command of its own and not the rest of one above. */
const isTopLine = (text: string, line: number) =>
  !/(?:\\|\||&&|\()\s*$/.test(text.slice(0, line).replace(/\n$/, '').split('\n').at(-1) ?? '');

function producerOf(block: LintBlock, stage: LintCommand): LintCommand {
  const inside = block.script!.commands.filter((command) => command.node === stage.node && command.tree === stage.tree);
  return inside.at(-1) ?? stage;
}

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

/** True when the script gives the variable a value that cannot be empty. */
function assignsConstant(command: LintCommand, name: string): boolean {
  return new RegExp(
    `(?:^|[\\s;])(?:export\\s+|local\\s+|readonly\\s+)?${name}=(?:["']?[\\w./~-]|\\$\\(mktemp|\\$\\{\\w+:-\\w|["']?\\$\\{\\w+:[-?])`,
    'm',
  ).test(command.tree.text);
}

const isTopLevel = (command: LintCommand) =>
  /^(?:program|redirected_statement)$/.test(parentOf(command.tree, command.node)?.type ?? '');
const ends = (command: LintCommand) =>
  command.name === 'exit' ||
  (command.name === 'exec' && command.args.length > 0 && !/^[-<>]|^\d*[<>]/.test(command.args[0]!.raw));

function isCommandLine(name: string, rest: string): boolean {
  if (!isKnownCommand(name) || name !== name.toLowerCase()) return false;
  return (
    /(?:^|\s)-{1,2}\w|(?:^|\s)\/\w/.test(rest) ||
    (/^(?:systemctl|service|kubectl|docker|apt|apt-get|yum|dnf)$/.test(name) &&
      /^(?:stop|start|restart|status|get|delete|apply|logs|ps|exec|install|update|\S+ (?:stop|start|restart|status)$)/.test(
        rest,
      ))
  );
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

const isChange = (command: LintCommand) => ['change', 'destroy'].includes(commandRisk(command));

/** One letter put in another place, doubled or mistyped, digits and plurals not counted. */
function isSwap(name: string, other: string): boolean {
  if (name === other || name.length !== other.length) return false;
  const places = [...name].flatMap((char, place) => (char === other[place] ? [] : [place]));
  if (places.length !== 2 || places[1] !== places[0]! + 1) return false;
  return name[places[0]!] === other[places[1]!] && name[places[1]!] === other[places[0]!];
}
