import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the checks look at, copied so that the mistakes made here are never made in the working tree. */
const COPIED = [
  'src',
  'bin',
  'migrations',
  'scripts',
  'package.json',
  'tsconfig.json',
  'knip.json',
  '.dependency-cruiser.cjs',
];
const LIMIT_MS = 60_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-architecture-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'web', 'src'), { recursive: true });
  cpSync(join(ROOT, 'web', 'package.json'), join(folder, 'web', 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs one of the checks of `npm run check`, on the copy unless said otherwise. */
function check(name: string, cwd = folder): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['scripts/check.ts', name], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

/** Adds or changes files of the copy for the time of `work`. */
async function withFiles<Result>(files: Record<string, string>, work: () => Promise<Result>): Promise<Result> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  try {
    return await work();
  } finally {
    for (const name of Object.keys(files)) {
      if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(folder, name));
      else rmSync(join(folder, name));
    }
  }
}

describe('the boundary check', () => {
  it('is content with the tree as it is, and says how many modules it saw', { timeout: LIMIT_MS }, async () => {
    const { code, output } = await check('boundaries', ROOT);
    expect(output).toMatch(/^ok {4}boundaries \(\d{3,} modules\)/m);
    expect(code).toBe(0);
  });

  it('finds every kind of wrong import', { timeout: LIMIT_MS }, async () => {
    const wrong = {
      'src/observe/probes/reaches-later.ts': ["import '../../act/runs/index.ts';", 'observe-not-later-stages'],
      'src/platform/log/reaches-up.ts': ["import '../../respond/incidents/index.ts';", 'platform-only-platform'],
      'src/act/runs/reaches-inside.ts': [
        "import '../../respond/incidents/incident-store.ts';",
        'modules-through-index',
      ],
      'src/executors/http/reaches-sibling.ts': ["import '../shell/shell-executor.ts';", 'no-sibling-executors'],
      'src/channels/inbox/reaches-app.ts': ["import '../../app/start-holdfast.ts';", 'app-only-from-outside'],
      'src/contract/reaches-node.ts': ["import 'node:fs';", 'contract-zod-only'],
      'src/platform/clock/one.ts': ["import { two } from './two.ts';\nexport const one = () => two;", 'no-circular'],
    } as const;
    const files = {
      ...Object.fromEntries(Object.entries(wrong).map(([name, [text]]) => [name, `${text}\n`])),
      'src/platform/clock/two.ts': "import { one } from './one.ts';\nexport const two = () => one;\n",
    };
    const { code, output } = await withFiles(files, () => check('boundaries'));
    expect(code).toBe(1);
    for (const [name, [, rule]] of Object.entries(wrong))
      expect(output).toMatch(new RegExp(`error ${rule}: ${name.replaceAll('.', '\\.')}`));
  });

  it('that sees next to nothing is not green', { timeout: LIMIT_MS }, async () => {
    const rules = JSON.stringify(join(ROOT, '.dependency-cruiser.cjs'));
    const blind = `const rules = require(${rules});\nmodule.exports = { ...rules, options: { ...rules.options, exclude: '^src/' } };\n`;
    const { code, output } = await withFiles({ '.dependency-cruiser.cjs': blind }, () => check('boundaries'));
    expect(code).toBe(1);
    expect(output).toMatch(/only \d+ modules were seen, expected at least 100/);
  });
});

describe('the check for unused code', () => {
  it('finds a file nobody uses and an export nobody imports', { timeout: LIMIT_MS }, async () => {
    const used = join('src', 'platform', 'log', 'logger.ts');
    const files = {
      'src/platform/log/nobody-uses-this.ts': 'export const nobodyUsesThis = 1;\n',
      [used]: `${readFileSync(join(ROOT, used), 'utf8')}\nexport const nobodyImportsThis = 1;\n`,
    };
    const { code, output } = await withFiles(files, () => check('unused'));
    expect(code).toBe(1);
    expect(output).toContain('src/platform/log/nobody-uses-this.ts');
    expect(output).toMatch(/nobodyImportsThis +src\/platform\/log\/logger\.ts/);
  });
});
