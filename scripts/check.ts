import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One check of `npm run check`: a program of node_modules with arguments, and what its output must say. */
type Check = {
  name: string;
  program: [packageName: string, bin: string];
  args: string[];
  judge?: (output: string) => string | null;
};

const LOWEST_MODULE_COUNT = 100;
const require = createRequire(import.meta.url);

/** The boundary check once saw nothing and was green: it must say how much it saw. */
function judgeBoundaries(output: string): string | null {
  const modules = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  return modules >= LOWEST_MODULE_COUNT
    ? null
    : `only ${modules} modules were seen, expected at least ${LOWEST_MODULE_COUNT}`;
}

const CHECKS: readonly Check[] = [
  { name: 'types', program: ['typescript', 'bin/tsc'], args: ['-p', '.'] },
  { name: 'types of the web UI', program: ['typescript', 'bin/tsc'], args: ['-p', 'web'] },
  { name: 'lint and format', program: ['@biomejs/biome', 'bin/biome'], args: ['check', '--error-on-warnings', '.'] },
  {
    name: 'boundaries',
    program: ['dependency-cruiser', 'bin/dependency-cruiser.mjs'],
    args: ['--config', '.dependency-cruiser.cjs', 'src', 'bin', 'migrations', 'web/src'],
    judge: judgeBoundaries,
  },
  { name: 'unused code', program: ['knip', 'bin/knip.js'], args: ['--no-progress', '--no-config-hints'] },
  { name: 'generated files', program: ['.', 'scripts/check-generated.ts'], args: [] },
];

/** Runs every check, also after one failed, so that one run tells everything. */
function main(): number {
  const only = process.argv.slice(2);
  let failures = 0;
  for (const check of CHECKS) {
    if (only.length > 0 && !only.some((word) => check.name.includes(word))) continue;
    const [packageName, bin] = check.program;
    const folder = packageName === '.' ? '.' : findPackageFolder(packageName);
    const run = spawnSync(process.execPath, [join(folder, bin), ...check.args], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const output = `${run.stdout}${run.stderr}`;
    const wrong = run.status === 0 ? (check.judge?.(output) ?? null) : `exit code ${run.status ?? run.signal}`;
    if (wrong === null) {
      process.stdout.write(
        `ok    ${check.name}${check.judge ? ` (${/(\d+ modules)/.exec(output)?.[1] ?? ''})` : ''}\n`,
      );
      continue;
    }
    failures += 1;
    process.stdout.write(`FAIL  ${check.name}: ${wrong}\n${output.trimEnd()}\n`);
  }
  return failures === 0 ? 0 : 1;
}

/** Not every package exports its manifest: walk up from where the root looks for it. */
function findPackageFolder(name: string): string {
  for (const base of require.resolve.paths(name) ?? []) {
    if (existsSync(join(base, name, 'package.json'))) return join(base, name);
  }
  return dirname(require.resolve(`${name}/package.json`));
}

process.exitCode = main();
