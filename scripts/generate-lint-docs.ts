import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { listLintRules, type RuleDescription } from '../src/act/runbooks/index.ts';

const FOLDER = 'docs/lint';

/** A page for every lint rule and one that lists them, by path. */
export async function renderLintDocs(): Promise<Map<string, string>> {
  const rules = await listLintRules();
  const pages = new Map([[`${FOLDER}/README.md`, renderIndex(rules)]]);
  for (const rule of rules) pages.set(`${FOLDER}/${rule.id}.md`, renderPage(rule));
  return pages;
}

function renderIndex(rules: readonly RuleDescription[]): string {
  const rows = rules.map(({ id, severity, title }) => `| [${id}](${id}.md) | ${severity} | ${title} |`);
  return `# Lint rules
What \`holdfast runbook lint\` looks for. Made from the rules by \`npx node scripts/generate-lint-docs.ts\`; the examples
are run as tests.

| rule | severity | what is wrong |
|---|---|---|
${rows.join('\n')}
`;
}

function renderPage({ id, severity, title, why, fix, bad, good }: RuleDescription): string {
  return `# ${id}
${title}. Severity: ${severity}.

## Why
${why}

## Instead
${fix}

## Found
${fenced(bad)}

## Not found
${fenced(good)}

## Where it is right all the same
\`<!-- holdfast-lint-disable ${id}: why -->\` above the block, or \`--ignore ${id}\`.
`;
}

/** Markdown shown as Markdown: the fence around it is longer than any in it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+|~+/g)].map((match) => match[0].length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}markdown\n${text.trimEnd()}\n${mark}`;
}

if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  const pages = await renderLintDocs();
  for (const name of readdirSync(FOLDER)) if (!pages.has(`${FOLDER}/${name}`)) rmSync(`${FOLDER}/${name}`);
  for (const [file, text] of pages) writeFileSync(file, text);
}
