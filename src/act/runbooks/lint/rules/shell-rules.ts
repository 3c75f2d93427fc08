import { isKnownCommand } from '../../blocks/detect-language.ts';
import { parentOf, type ShellNode, textOf } from '../../syntax/shell-tree.ts';
import type { LintBlock } from '../lint-document.ts';
import { type LintRule, type Span, sh } from '../lint-rule.ts';
import { isUnconditional, type LintCommand, writtenAs } from '../lint-script.ts';
import { openQuote } from '../open-quote.ts';

const SHELL = /^(?:sh|bash|shell|zsh|ksh)$/;

const nodeSpan = (block: LintBlock, node: Pick<ShellNode, 'start' | 'end'>): Span => ({
  start: block.offsetOf(node.start),
  end: block.offsetOf(node.end),
});

const lineBefore = (text: string, offset: number) => text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);

const isTopLevel = (command: LintCommand) =>
  /^(?:program|redirected_statement)$/.test(parentOf(command.tree, command.node)?.type ?? '');

const ends = (command: LintCommand) =>
  command.name === 'exit' ||
  (command.name === 'exec' && command.args.length > 0 && !/^[-<>]|^\d*[<>]/.test(command.args[0]!.raw));

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
      sh('# look at the graphs\n# restart the service'),
      sh('uptime\n# systemctl stop postgresql'),
    ],
    *check(document) {
      const told = new Set<LintBlock>();
      for (const block of document.blocks) {
        if (!/^(?:sh|bash|shell|console|)$/.test(block.language) || !block.fenced) continue;
        const lines = block.text.split('\n').filter((line) => line.trim() !== '');
        if (lines.length === 0 || !lines.every((line) => /^\s*#/.test(line))) continue;
        const typed = lines
          .map((line) => /^\s*#\s+(\S+)\s+(.*)$/.exec(line))
          .filter((match) => match !== null && isCommandLine(match[1]!, match[2]!));
        const first = typed[0];
        if (first === undefined || first === null || typed.length * 2 < lines.length) continue;
        told.add(block);
        const start = block.offsetOf(block.text.indexOf(first[0]));
        yield {
          at: { start, end: start + first[0].length },
          message: `\`${first[0].trim()}\` is a comment here, or a command at a root prompt`,
        };
      }
      // What the reader of the document took for commands, to be on the safe side, is said too.
      for (const note of document.notes) {
        if (
          note.rule !== 'root-or-comment' ||
          [...told].some((block) => note.line > block.line && note.line < block.endLine)
        )
          continue;
        yield { at: document.lineSpan(note.line), message: note.message };
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

/** One letter put in another place, doubled or mistyped, digits and plurals not counted. */
function isSwap(name: string, other: string): boolean {
  if (name === other || name.length !== other.length) return false;
  const places = [...name].flatMap((char, place) => (char === other[place] ? [] : [place]));
  if (places.length !== 2 || places[1] !== places[0]! + 1) return false;
  return name[places[0]!] === other[places[1]!] && name[places[1]!] === other[places[0]!];
}
