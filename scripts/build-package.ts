import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// What `npm pack` ships: the compiled server and migrations, and the built UI. Node strips no types in node_modules.

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function run(name: string, program: string, args: readonly string[], cwd: string): void {
  const ended = spawnSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (ended.status !== 0) throw new Error(`${name} ended with ${ended.status ?? ended.signal}`);
}

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
run('the compiler', 'typescript/bin/tsc', ['-p', 'tsconfig.build.json'], ROOT);
run('the UI build', 'vite/bin/vite.js', ['build', '--logLevel', 'warn'], join(ROOT, 'web'));
const ui = join(ROOT, 'web', 'dist');
if (!existsSync(join(ui, 'index.html'))) throw new Error('the UI build left no index.html');
cpSync(ui, join(ROOT, 'dist', 'web'), { recursive: true });
