import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Package = {
  /** Absolute path of Holdfast's own folder: the checkout, or the installed package. */
  root: string;
  version: string;
  /** True in a checkout, where TypeScript runs directly and the UI can be built. */
  checkout: boolean;
};

let found: Package | null = null;

/** Holdfast's own package, found upwards from this file: it lies at another depth in a checkout than in `dist/`. */
export function findPackage(): Package {
  found ??= search();
  return found;
}

function search(): Package {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string };
    if (name === 'holdfast')
      return { root: folder, version: version ?? '0.0.0', checkout: import.meta.url.endsWith('.ts') };
  }
  throw new Error('package.json of Holdfast is missing: install it again');
}
