import { writeFileSync } from 'node:fs';
import { type SettingNode, settings, settingsTree } from '../src/platform/config/describe-settings.ts';

// Writes docs/configuration.md from the schema: `node scripts/generate-config-docs.ts`. A test fails when it is stale.

export const CONFIG_DOCS = new URL('../docs/configuration.md', import.meta.url);

/** A file that is valid as it stands (a test loads it). */
export const EXAMPLE = `listen: 127.0.0.1:8080
data: ./data
runbooks: [./runbooks]
log:
  level: info
probes:
  shop:
    kind: http
    url: http://127.0.0.1:3000/health
    interval: 5s
    timeout: 2s
    severity: 1
  orders:
    kind: sql
    target: shop-db
    query: select count(*) < 100 from orders where state = 'stuck'
    expect: true
targets:
  shop-db:
    kind: postgres
    url: postgres://shop@127.0.0.1/shop
webhooks:
  on-call:
    url: https://hooks.example.com/pages
    secret: a-long-random-text
signOff:
  - runbook: restart-shop.md
    procedure: restart-the-service
retention:
  output: 30d
`;

export function renderConfigDocs(): string {
  const groups = Object.entries(settingsTree.properties ?? {}).filter(([name]) => name !== 'performance');
  const named = groups.flatMap(([name, node]) => listGroups(name, node));
  return `${[
    '# Configuration',
    '<!-- Made by scripts/generate-config-docs.ts from the schema; do not edit. -->',
    INTRODUCTION,
    '## Example',
    `\`\`\`yaml\n${EXAMPLE}\`\`\``,
    '## Settings',
    table(
      ['Key', 'Default', 'Flag, environment', 'What it is'],
      settings.map(({ key, node, envNames }) => [
        code(key),
        defaultOf(node),
        [...(node.flag === undefined ? [] : [flagOf(node.flag)]), ...envNames].map(code).join('<br>'),
        describeNode(node),
      ]),
    ),
    ...named.flatMap(([name, node]) => renderGroup(name, node)),
    FOREIGN,
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `A setting comes from the first of these places that names it:

1. a flag on the command line,
2. the environment,
3. the file: \`--config FILE\` (or \`HOLDFAST_CONFIG\`), else \`./holdfast.yaml\` where there is one,
4. the default.

\`holdfast config explain\` shows every value and its place, \`holdfast validate-config\` everything that is wrong, with line and column. A file with a key that is none is refused.

- **Durations** are a number and \`ms\`, \`s\`, \`m\`, \`h\`, \`d\` or \`w\`: \`500ms\`, \`1h30m\`.
- **Sizes** are a number and \`B\`, \`KiB\`, \`MiB\`, \`GiB\`, \`TiB\` (powers of 1024) or \`kB\`, \`MB\`, \`GB\`, \`TB\` (powers of 1000).
- **Lists** are separated by commas in the environment; a flag is given several times.
- **Paths** in the file count from the folder of the file, others from the working directory.
- **Secrets** can be read from a file: the key with \`File\` behind it. One newline at its end is not part of the secret.
- An empty variable counts as not set. A \`HOLDFAST_\` variable that resembles a setting and is none is refused.`;

const FOREIGN = `## Settings of other services

A \`performance:\` block (\`database\`, \`cache\`, \`rate_limits\`, \`circuit_breakers\`, \`workers\`) is accepted: \`performance.database.max_connections\` is \`databasePoolMax\`, the rest has no effect and is reported as such. \`DB_MAX_IDLE_CONNS\` and \`DB_CONN_MAX_LIFETIME\` are accepted without effect too. \`GOGC\`, \`GOMAXPROCS\` and \`GOMEMLIMIT\` are refused with the right name.`;

/** Named groups and lists of objects, also those inside of other settings. */
function listGroups(key: string, node: SettingNode): [string, SettingNode][] {
  if (node.properties !== undefined)
    return Object.entries(node.properties).flatMap(([name, child]) => listGroups(`${key}.${name}`, child));
  return node.additionalProperties || node.items?.properties ? [[key, node]] : [];
}

function renderGroup(name: string, node: SettingNode): string[] {
  const entry = (node.additionalProperties || node.items) as SettingNode;
  const kinds = entry.oneOf ?? entry.anyOf ?? [entry];
  if (kinds.every((kind) => kind.properties === undefined))
    return [`## ${code(name)}`, `${node.description} A map of names, only in the file.`];
  const shared =
    kinds.length === 1
      ? []
      : Object.keys(kinds[0]?.properties ?? {}).filter((key) => key !== 'kind' && isShared(key, kinds));
  const sections = [`## ${code(name)}`, `${node.description} Only in the file.`];
  if (shared.length > 0)
    sections.push(
      'Every kind has:',
      settingsTable(kinds[0] ?? {}, (key) => shared.includes(key)),
    );
  for (const kind of kinds) {
    const kindNode = kind.properties?.['kind'];
    if (kindNode !== undefined) sections.push(`### ${code(`kind: ${kindNode.const}`)}`, kindNode.description ?? '');
    sections.push(settingsTable(kind, (key) => key !== 'kind' && !shared.includes(key)));
  }
  return sections;
}

function isShared(key: string, kinds: readonly SettingNode[]): boolean {
  return kinds.every((kind) => kind.properties?.[key] !== undefined);
}

function settingsTable(node: SettingNode, wanted: (key: string) => boolean): string {
  return table(
    ['Key', 'Default', 'What it is'],
    Object.entries(node.properties ?? {})
      .filter(([key]) => wanted(key))
      .map(([key, child]) => [
        code(key),
        node.required?.includes(key) ? 'required' : defaultOf(child),
        describeNode(child),
      ]),
  );
}

function describeNode(node: SettingNode): string {
  const choices =
    node.enum === undefined ? '' : ` One of ${node.enum.map((choice) => code(String(choice))).join(', ')}.`;
  const lowest = node.lowest ?? (node.type === 'integer' ? node.minimum : undefined);
  const highest = node.highest ?? (node.type === 'integer' ? node.maximum : undefined);
  const isBounded = highest !== undefined && highest !== Number.MAX_SAFE_INTEGER;
  const range = lowest === undefined ? '' : isBounded ? ` From ${lowest} to ${highest}.` : ` At least ${lowest}.`;
  return `${node.description ?? ''}${choices}${range}`;
}

function defaultOf(node: SettingNode): string {
  if (node.defaultText !== undefined) return node.defaultText;
  const value = node.default;
  if (value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0)) return 'none';
  return code(String(value));
}

function flagOf(flag: string): string {
  return flag === 'auth' ? '--no-auth' : `--${flag}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) writeFileSync(CONFIG_DOCS, renderConfigDocs());
