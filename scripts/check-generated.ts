import { readFileSync } from 'node:fs';
import { renderConfigDocs } from './generate-config-docs.ts';
import { LIBRARY_DOCS, renderLibraryDocs } from './generate-library-docs.ts';
import { renderLintDocs } from './generate-lint-docs.ts';
import { renderOpenApi } from './generate-openapi.ts';

/** Files that are made from the code: what is committed must be what the code makes now. */
const GENERATED: readonly { file: string; command: string; render: () => string | Promise<string> }[] = [
  { file: 'docs/configuration.md', command: 'node scripts/generate-config-docs.ts', render: renderConfigDocs },
  { file: 'docs/openapi.json', command: 'node scripts/generate-openapi.ts', render: renderOpenApi },
  { file: LIBRARY_DOCS, command: 'node scripts/generate-library-docs.ts', render: renderLibraryDocs },
  ...[...(await renderLintDocs())].map(([file, text]) => ({
    file,
    command: 'node scripts/generate-lint-docs.ts',
    render: () => text,
  })),
];

for (const { file, command, render } of GENERATED) {
  let committed = '';
  try {
    committed = readFileSync(file, 'utf8');
  } catch {
    // Missing is stale too.
  }
  if (committed === (await render())) continue;
  process.stdout.write(`${file} is not what the code makes now: run "npx ${command}" and commit it\n`);
  process.exitCode = 1;
}
// The thread that reads bash would keep the process waiting.
process.exit();
