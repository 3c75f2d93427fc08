import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openRunbookLibrary, planFromLibrary } from '../src/act/runbooks/index.ts';
import type { Plan, PlannedStep, Risk } from '../src/contract/runbook.ts';

const LIBRARY = fileURLToPath(new URL('../runbooks', import.meta.url));
export const LIBRARY_DOCS = 'docs/runbooks-library.md';
const RISK_ORDER: readonly Risk[] = ['read', 'check', 'change', 'destroy'];

/** What a procedure needs beside Holdfast, by a word in its scripts. */
const TOOLS = [
  'kubectl',
  'jq',
  'curl',
  'redis-cli',
  'aws',
  'psql',
  'pg_dump',
  'pg_restore',
  'openssl',
  'journalctl',
  'tar',
  'logrotate',
  'nft',
];

/** The table of shipped procedures: what each needs, how far it goes, what it asks for. */
export async function renderLibraryDocs(): Promise<string> {
  const library = openRunbookLibrary({ folders: [LIBRARY] });
  const sections: string[] = [];
  for (const file of readdirSync(LIBRARY)
    .filter((name) => name.endsWith('.md'))
    .sort()) {
    const { document } = await library.read(file);
    const alerts = document.triggers.map((labels) => `\`${Object.values(labels).join(' ')}\``).join(', ');
    const rows: string[] = [];
    for (const { slug, title } of document.procedures) {
      const { plan } = await planFromLibrary(library, { runbook: file, procedure: slug, inputs: {} });
      rows.push(
        `| ${title} | ${needsOf(plan).join(', ')} | ${riskOf(plan)} | ${approvalsOf(plan)} | ${inputsOf(plan).join(', ')} |`,
      );
    }
    sections.push(`## [${document.title}](../runbooks/${file})

${alerts === '' ? 'Started by people.' : `Started by findings labelled ${alerts}.`}

| procedure | needs | goes as far as | approvals | inputs |
|---|---|---|---|---|
${rows.join('\n')}`);
  }
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`;
}

const INTRODUCTION = `# The library of runbooks

<!-- Made from runbooks/ by \`npx node scripts/generate-library-docs.ts\`; do not edit. -->

Procedures that ship with Holdfast. Add the folder \`runbooks\` of the package to \`runbooks:\` in the configuration, or
copy what you need and make it yours: they are plain Markdown. Each is carried out by a test against the real tool.

- **Look first**: no procedure changes anything before it has shown how things are.
- **The least harm first**: a restart before an undo, a cancel before an end, a copy before a swap.
- **Verified**: what changes something is followed by a check that it took effect. A run that fails there can be rolled
  back: \`holdfast run rollback\`.
- A compromised key is deactivated before a new one is made; evidence is kept before anything is contained.
- A restore goes to a side database and is swapped in; what was in use before is kept.
- Clean-up marks, waits, looks again and keeps an archive or a snapshot of what it deletes.
- What is kept out of the net is named: never everybody, never a prefix too wide, never yourselves.
- No standby is promoted while the old primary answers.
- A metric gate without data stays shut.

Inputs in bold must be given, others have defaults. A finding's labels fill inputs of the same name, so an alert with the
label \`namespace\` looks there. Targets are connections of the [configuration](configuration.md); passwords
come from \`secrets:\`, never from an input on a command line.
`;

const stepsOf = (plan: Plan): PlannedStep[] => [...plan.steps, ...plan.helpers];

function needsOf(plan: Plan): string[] {
  const scripts = stepsOf(plan)
    .map(({ action }) => (action.kind === 'shell' ? action.script : ''))
    .join('\n');
  const tools = TOOLS.filter((tool) => new RegExp(`(?:^|[\\s|(;])${tool}\\s`, 'm').test(scripts));
  const targets = [
    ...new Set(stepsOf(plan).flatMap(({ target }) => (target === null ? [] : [`target \`${target}\``]))),
  ];
  const secrets = [...new Set(stepsOf(plan).flatMap((step) => step.secrets ?? []))].map((name) => `secret \`${name}\``);
  const probes = stepsOf(plan).some(({ kind }) => kind === 'check') ? ['a probe'] : [];
  return [...targets, ...secrets, ...probes, ...tools];
}

function riskOf(plan: Plan): string {
  return plan.steps.reduce<Risk>((worst, { risk }) => {
    return risk !== null && RISK_ORDER.indexOf(risk) > RISK_ORDER.indexOf(worst) ? risk : worst;
  }, 'read');
}

function approvalsOf(plan: Plan): string {
  const asking = plan.steps.filter((step) => step.approvals > 0).length;
  const undoes = plan.steps.some((step) => step.reversible) ? ', can be rolled back' : '';
  return `${asking === 0 ? 'none' : asking}${undoes}`;
}

function inputsOf(plan: Plan): string[] {
  const given = Object.entries(plan.inputs).map(([name, value]) => `\`${name}\` (${value.replaceAll('|', '\\|')})`);
  return [...plan.missingInputs.map((name) => `**\`${name}\`**`), ...given];
}

if (import.meta.main) {
  writeFileSync(LIBRARY_DOCS, await renderLibraryDocs());
  // The thread that reads bash would keep the process waiting.
  process.exit();
}
