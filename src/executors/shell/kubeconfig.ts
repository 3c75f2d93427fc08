import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';

const FILE_KEYS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

/** A kubeconfig for one step; `remove` deletes what was written for it. */
export type StepKubeconfig = { path: string; remove(): void };

/**
 * The kubeconfig with its current context set, as a file of the step's own: kubectl and helm take the context from it
 * wherever in the step they are started, also in a shell within the shell.
 * @throws Error when the file cannot be read or has no such context
 */
export function kubeconfigFor(target: { kubeconfig: string; context: string | null }): StepKubeconfig {
  if (target.context === null) return { path: target.kubeconfig, remove: () => {} };
  const config = parse(readFileSync(target.kubeconfig, 'utf8'), { maxAliasCount: 10 }) as {
    contexts?: { name: string }[];
    clusters?: { cluster?: Record<string, unknown> }[];
    users?: { user?: Record<string, unknown> }[];
  } | null;
  const contexts = config?.contexts?.map((context) => context.name) ?? [];
  if (!contexts.includes(target.context)) {
    throw new Error(`${target.kubeconfig} has no context ${target.context}; it has ${contexts.join(', ') || 'none'}`);
  }
  // Files named in it count from where it lies.
  const holders = [
    ...(config?.clusters ?? []).map((entry) => entry.cluster),
    ...(config?.users ?? []).map((entry) => entry.user),
  ];
  for (const holder of holders)
    for (const key of FILE_KEYS) {
      const file = holder?.[key];
      if (holder && typeof file === 'string') holder[key] = resolve(dirname(target.kubeconfig), file);
    }
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-kube-'));
  const path = join(folder, 'config');
  writeFileSync(path, stringify({ ...config, 'current-context': target.context }), { mode: 0o600 });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
