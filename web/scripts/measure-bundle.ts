import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

// What each page costs on a phone with a bad network: everything it needs before it shows something, gzipped. Fails when
// the first page is over the limit. Usage: build, then node scripts/measure-bundle.ts

const LIMIT_KB = 180;
const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const ENTRY = 'index.html';
/** Every page is shown inside the shell; the first is Now. */
const SHELL = 'src/shell/app-shell.tsx';
const FIRST_PAGE = 'src/pages/now/now-page.tsx';

type Chunk = { file: string; src?: string; imports?: string[]; css?: string[] };
type Manifest = Record<string, Chunk>;

function main(): number {
  const manifestFile = join(DIST, '.vite', 'manifest.json');
  if (!existsSync(manifestFile)) {
    process.stderr.write('web/dist is not built: run "npm run build -w web" first\n');
    return 2;
  }
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest;
  const pages = Object.keys(manifest).filter((name) => /^src\/pages\/.+-page\.tsx$/.test(name));
  if (!pages.includes(FIRST_PAGE)) {
    process.stderr.write(`the manifest does not know ${FIRST_PAGE}: was it renamed?\n`);
    return 2;
  }
  const rows = pages
    .map((page) => ({ page, bytes: sizeOf(filesOf(manifest, [ENTRY, SHELL, page])) }))
    .sort((left, right) => right.bytes - left.bytes);
  for (const { page, bytes } of rows) {
    const name = page.replace(/^src\/pages\//, '').replace(/-page\.tsx$/, '');
    process.stdout.write(`${toKb(bytes).padStart(7)} kB  ${name}${page === FIRST_PAGE ? '  (first page)' : ''}\n`);
  }
  const first = rows.find((row) => row.page === FIRST_PAGE)?.bytes ?? Number.POSITIVE_INFINITY;
  const over = first > LIMIT_KB * 1_000;
  process.stdout.write(`First page: ${toKb(first)} kB gzip of ${LIMIT_KB} kB${over ? ': over the limit' : ''}\n`);
  return over ? 1 : 0;
}

/** All files that these entries need, with what those import; what they load later is not counted. */
function filesOf(manifest: Manifest, entries: readonly string[]): Set<string> {
  const files = new Set<string>(['index.html', 'theme.js']);
  const seen = new Set<string>();
  const visit = (name: string) => {
    const chunk = manifest[name];
    if (!chunk || seen.has(name)) return;
    seen.add(name);
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  for (const entry of entries) visit(entry);
  return files;
}

function sizeOf(files: ReadonlySet<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file)), { level: 6 }).length, 0);
}

const toKb = (bytes: number) => (bytes / 1_000).toFixed(1);

process.exitCode = main();
