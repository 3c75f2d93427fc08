import { childrenOf, parentOf, type ShellNode, textOf } from '../../syntax/shell-tree.ts';
import type { LintBlock } from '../lint-document.ts';
import { type LintRule, type Span, sh } from '../lint-rule.ts';
import { isUnconditional, type LintCommand, shellOptions, writtenAs } from '../lint-script.ts';

const nodeSpan = (block: LintBlock, node: Pick<ShellNode, 'start' | 'end'>): Span => ({
  start: block.offsetOf(node.start),
  end: block.offsetOf(node.end),
});

/** Files that are deleted, emptied or missed by mistake. */
export const FILE_RULES: readonly LintRule[] = [
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
];

/** True when the script gives the variable a value that cannot be empty. */
function assignsConstant(command: LintCommand, name: string): boolean {
  return new RegExp(
    `(?:^|[\\s;])(?:export\\s+|local\\s+|readonly\\s+)?${name}=(?:["']?[\\w./~-]|\\$\\(mktemp|\\$\\{\\w+:-\\w|["']?\\$\\{\\w+:[-?])`,
    'm',
  ).test(command.tree.text);
}
