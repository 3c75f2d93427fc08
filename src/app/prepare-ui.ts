import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { UiState } from '../http/http-deps.ts';
import type { Logger } from '../platform/log/logger.ts';
import { findPackage } from '../platform/package/package-root.ts';

export type Ui = { folder: string; state(): UiState; stop(): void };

/**
 * Finds the web UI. The published package carries it; in a checkout it is built by a child at the first start, while
 * the API already answers.
 */
export function prepareUi(options: { logger: Logger; environment: NodeJS.ProcessEnv; build: boolean }): Ui {
  const { logger } = options;
  const { root, checkout } = findPackage();
  const workspace = join(root, 'web');
  const folder = checkout ? join(workspace, 'dist') : join(root, 'dist', 'web');
  if (existsSync(join(folder, 'index.html'))) return { folder, state: () => 'ready', stop: () => {} };
  const vite = options.build && checkout && existsSync(join(workspace, 'vite.config.ts')) ? findVite(workspace) : null;
  // The server wants the folder to exist from the start; where it cannot be made, the build says so.
  if (checkout) mkdirIfPossible(folder);
  if (!vite) return { folder, state: () => 'missing', stop: () => {} };

  let state: UiState = 'building';
  let said = '';
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: workspace,
    env: { PATH: options.environment['PATH'] ?? '', HOME: options.environment['HOME'] ?? '', NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
    });
  child.on('error', (error) => {
    said += error.message;
  });
  child.on('close', (code, signal) => {
    state = code === 0 ? 'ready' : 'failed';
    if (code === 0) logger.info('web UI built');
    else if (signal !== 'SIGTERM') logger.error({ output: said }, 'web UI could not be built');
  });
  logger.info('building the web UI');
  return { folder, state: () => state, stop: () => child.kill() };
}

function mkdirIfPossible(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    // A read-only checkout: the page then says that the UI is missing.
  }
}

function findVite(workspace: string): string | null {
  try {
    return join(createRequire(join(workspace, 'package.json')).resolve('vite/package.json'), '..', 'bin', 'vite.js');
  } catch {
    return null;
  }
}
