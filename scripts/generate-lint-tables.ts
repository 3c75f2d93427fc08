import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

/**
 * Asks the installed tools for their options and writes what the linter knows of them. Run by hand where the tools are
 * (`node scripts/generate-lint-tables.ts [TOOL=PATH…] [aws=DUMP.jsonl] [gcloud=gcloud_completions.py]`); a tool that is
 * missing keeps its old table. The dump is what `python3 scripts/dump-aws-commands.py` prints; the completions lie in the
 * client's own folder, below data/cli.
 */
type ToolTable = {
  version: string;
  /** Options every command takes, as `--name` or `--name=` (takes a value), separated by blanks. */
  global: string;
  /** By the words of the command, `` for the tool itself: its own options. */
  commands: Record<string, string>;
};

const FOLDER = fileURLToPath(new URL('../src/act/runbooks/lint/tools/generated/', import.meta.url));
const MAX_DEPTH = 4;
const MADE_BY = '// Made by scripts/generate-lint-tables.ts from the tools themselves.\n';

type Asking = {
  version: string[];
  help: (path: readonly string[]) => string[];
  /** The tool has commands below commands. */
  nested: boolean;
  global?: string[];
  /** Only these commands are asked; all that the help names when absent. */
  only?: string;
  environment?: Record<string, string>;
};

const TOOLS: Readonly<Record<string, Asking>> = {
  kubectl: { version: ['version', '--client'], help: (path) => [...path, '-h'], nested: true, global: ['options'] },
  helm: { version: ['version', '--short'], help: (path) => [...path, '-h'], nested: true },
  docker: { version: ['--version'], help: (path) => [...path, '--help'], nested: true },
  etcdctl: {
    version: ['version'],
    help: (path) => [...path, '-h'],
    nested: true,
    environment: { ETCDCTL_API: '3' },
  },
  terraform: { version: ['version'], help: (path) => [...path, '-help'], nested: true },
  psql: { version: ['--version'], help: () => ['--help'], nested: false },
  pg_dump: { version: ['--version'], help: () => ['--help'], nested: false },
  pg_dumpall: { version: ['--version'], help: () => ['--help'], nested: false },
  pg_restore: { version: ['--version'], help: () => ['--help'], nested: false },
  pg_basebackup: { version: ['--version'], help: () => ['--help'], nested: false },
  'redis-cli': { version: ['--version'], help: () => ['--help'], nested: false },
  curl: { version: ['--version'], help: () => ['--help', 'all'], nested: false },
  systemctl: { version: ['--version'], help: () => ['--help'], nested: false },
  journalctl: { version: ['--version'], help: () => ['--help'], nested: false },
  git: {
    version: ['--version'],
    help: (path) => [...path, '-h'],
    nested: false,
    only: 'push fetch clone reset clean checkout switch restore branch tag commit add rm',
  },
};

function main(): void {
  mkdirSync(FOLDER, { recursive: true });
  const paths = new Map(process.argv.slice(2).map((arg) => arg.split(/=(.*)/s, 2) as [string, string]));
  const file = `${FOLDER}tool-tables.ts`;
  const tables = readTables(file);
  for (const [name, asking] of Object.entries(TOOLS)) {
    const table = askTool(paths.get(name) ?? name, asking);
    if (table === null) process.stderr.write(`${name} is not installed: its table stays as it is\n`);
    else tables[name] = table;
  }
  const typed =
    'export const TOOL_TABLES: Record<string, { version: string; global: string; commands: Record<string, string> }> = ';
  writeFileSync(file, `${MADE_BY}${typed}${JSON.stringify(tables, null, 1)};\n`);
  const dump = paths.get('aws');
  if (dump !== undefined) writeAws(dump);
  const completions = paths.get('gcloud');
  if (completions !== undefined) writeGcloud(completions);
}

function readTables(file: string): Record<string, ToolTable> {
  try {
    return JSON.parse(
      readFileSync(file, 'utf8')
        .replace(/^[\s\S]*? = /, '')
        .replace(/;\s*$/, ''),
    ) as Record<string, ToolTable>;
  } catch {
    return {};
  }
}

function askTool(program: string, asking: Asking): ToolTable | null {
  const run = (args: readonly string[]) => {
    const { stdout, stderr, error } = spawnSync(program, args, {
      encoding: 'utf8',
      timeout: 20_000,
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, ...asking.environment, COLUMNS: '400', PAGER: 'cat', SYSTEMD_PAGER: 'cat' },
    });
    return error ? null : `${stdout}\n${stderr}`;
  };
  const version = run(asking.version);
  if (version === null) return null;
  const global = new Set(asking.global ? readOptions(run(asking.global) ?? '') : []);
  const commands: Record<string, string> = {};
  const visit = (path: readonly string[]) => {
    const help = run(asking.help(path)) ?? '';
    const own = readOptions(help.replace(/^Global (?:Flags|Options):[\s\S]*?(?=^\S|(?![\s\S]))/gim, ''));
    commands[path.join(' ')] = own.filter((option) => !global.has(option)).join(' ');
    for (const alias of readAliases(help, path)) commands[alias] ??= commands[path.join(' ')]!;
    if (path.length === 0) for (const option of readOptions(globalPart(help))) global.add(option);
    if (!asking.nested || path.length >= MAX_DEPTH) return;
    for (const name of readCommands(help, path)) visit([...path, ...name.split(' ')]);
  };
  if (asking.only) for (const name of asking.only.split(' ')) visit([name]);
  else visit([]);
  return { version: /\d+\.\d+(?:\.\d+)?/.exec(version)?.[0] ?? '', global: [...global].join(' '), commands };
}

const globalPart = (help: string) => /^Global (?:Flags|Options):[\s\S]*/im.exec(help)?.[0] ?? '';

/** The commands a help text lists: indented names below a heading that says so. */
function readCommands(help: string, path: readonly string[]): string[] {
  const found: string[] = [];
  let listing = false;
  for (const line of help.split('\n')) {
    if (/^\S/.test(line)) listing = /commands?(?: \([^)]*\))?:?\s*$/i.test(line) && !/^Usage/i.test(line);
    const name = listing ? /^(?: {2,6}|\t)([a-z][\w-]*(?: [a-z][\w-]*)*)(?:\s{2,}|\t)/.exec(line)?.[1] : undefined;
    if (name !== undefined && name !== 'help' && name !== path.at(-1)) found.push(name);
  }
  return [...new Set(found)];
}

/** Other names of the same command: `pod, pods, po`, or with the tool's name before them. */
function readAliases(help: string, path: readonly string[]): string[] {
  const written = /^Aliases:\s*\n\s*(.+)$/m.exec(help)?.[1];
  if (written === undefined || path.length === 0) return [];
  return written.split(/,\s*/).map((alias) => {
    const words = alias.trim().split(' ');
    return words.length > 1 ? words.slice(1).join(' ') : [...path.slice(0, -1), words[0]!].join(' ');
  });
}

/** The options a help text describes; a trailing `=` says that a value belongs to it. */
function readOptions(help: string): string[] {
  const found = new Map<string, boolean>();
  for (const line of help.split('\n')) {
    const match = /^\s{1,8}((?:-{1,2}[\w?[].*?))(?:\s{2,}.*|\t.*|:\s*)?$/.exec(line);
    if (match === null) continue;
    const head = match[1]!.split(/\s{2,}|\t/)[0]!;
    const names = [...head.matchAll(/(?:^|[\s,|])(-{1,2}(?:\[no-\])?[A-Za-z0-9?][\w-]*)/g)].map((each) => each[1]!);
    const after = head
      .replace(/(?:^|[\s,|])-{1,2}(?:\[no-\])?[A-Za-z0-9?][\w-]*/g, '\0')
      .split('\0')
      .at(-1)!;
    const isSwitch =
      after.trim() === '' ||
      /^\s*\(?"?one"?\)?/.test(after) ||
      /^=(?:true|false):?$/.test(after.trim()) ||
      /^\[=?(?:true|false)?\]/.test(after.trim());
    const optional = /^\s*\[/.test(after) && !/^\s*\[(?:=false|=true)\]/.test(after);
    for (const name of names) {
      const plain = name.replace('[no-]', '');
      found.set(plain, (found.get(plain) ?? false) || (!isSwitch && !optional));
      if (name.includes('[no-]')) found.set(plain.replace('--', '--no-'), false);
    }
  }
  return [...found].map(([name, takesValue]) => name + (takesValue ? '=' : ''));
}

/** Every service in one brotli stream: loaded only when a document calls aws. */
function writeAws(dump: string): void {
  const [first, ...rest] = readFileSync(dump, 'utf8').trim().split('\n');
  const services: Record<string, Record<string, string>> = {};
  for (const line of rest) {
    const { service, operations } = JSON.parse(line) as {
      service: string;
      operations: Record<string, Record<string, string>>;
    };
    services[service] = Object.fromEntries(
      Object.entries(operations).map(([name, options]) => [
        name,
        Object.entries(options)
          .filter(
            ([option]) =>
              !/^(?:cli-input-json|generate-cli-skeleton)$/.test(option) &&
              !(option.startsWith('no-') && options[option.slice(3)] !== undefined),
          )
          .map(([option, shape]) => `${option} ${shape}`)
          .join('\n'),
      ]),
    );
  }
  const { version } = JSON.parse(first!) as { version: string };
  const packed = brotliCompressSync(JSON.stringify({ version, services }), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  writeFileSync(`${FOLDER}aws-table.ts`, `${MADE_BY}export const AWS_TABLE = '${packed.toString('base64')}';\n`);
  process.stderr.write(`aws ${version}: ${Object.keys(services).length} services, ${packed.length} bytes\n`);
}

const READ_COMPLETIONS = `
import ast, json, sys
source = open(sys.argv[1]).read()
at = source.index("STATIC_COMPLETION_CLI_TREE")
print(json.dumps(ast.literal_eval(source[source.index("=", at) + 1 :].strip())))
`;

type CompletionTree = { flags?: Record<string, unknown>; commands?: Record<string, CompletionTree> };

/** The released commands of gcloud; alpha and beta change too often to be held against anyone. */
function writeGcloud(completions: string): void {
  const { stdout } = spawnSync('python3', ['-c', READ_COMPLETIONS, completions], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const commands: Record<string, string> = {};
  const visit = (tree: CompletionTree, path: readonly string[]) => {
    const flags = Object.entries(tree.flags ?? {}).map(([name, kind]) => name + (kind === 'bool' ? '' : '='));
    commands[path.join(' ')] = flags.sort().join(' ');
    for (const [name, child] of Object.entries(tree.commands ?? {})) {
      if (path.length > 0 || !/^(?:alpha|beta)$/.test(name)) visit(child, [...path, name]);
    }
  };
  visit(JSON.parse(stdout) as CompletionTree, []);
  const version = readFileSync(join(dirname(completions), '../../VERSION'), 'utf8').trim();
  const table: ToolTable = { version, global: '', commands };
  const packed = brotliCompressSync(JSON.stringify(table), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  writeFileSync(`${FOLDER}gcloud-table.ts`, `${MADE_BY}export const GCLOUD_TABLE = '${packed.toString('base64')}';\n`);
  process.stderr.write(`gcloud ${version}: ${Object.keys(commands).length} commands, ${packed.length} bytes\n`);
}

main();
