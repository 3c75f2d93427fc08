import { childOf, chooseKind, type Path, type SettingNode, settingsTree } from './describe-settings.ts';
import type { LoadedConfig } from './load-config.ts';
import { maskSecret } from './mask-secret.ts';

export type ExplainedSetting = {
  key: string;
  /** As it would be written; '' when nothing is set and there is no default. Secrets are masked. */
  value: string;
  /** `--listen`, `HOLDFAST_DATA`, `holdfast.yaml:3:9` or `default`. */
  source: string;
};

/** Every setting with its value and where that comes from, in the order of the documentation. */
export function explainConfig(loaded: LoadedConfig): ExplainedSetting[] {
  const { values, sourceOf } = loaded.written;
  return Object.entries(settingsTree.properties ?? {})
    .filter(([name]) => name !== 'performance')
    .flatMap(([name, node]) => explainNode(node, [name], childOf(values, name), sourceOf, node.mask));
}

function explainNode(
  kinds: SettingNode,
  path: Path,
  written: unknown,
  sourceOf: (path: Path) => string,
  mask: SettingNode['mask'],
): ExplainedSetting[] {
  const node = chooseKind(kinds, written) ?? kinds;
  const below = (children: [string | number, SettingNode][]) =>
    children.flatMap(([name, child]) =>
      explainNode(child, [...path, name], childOf(written, name), sourceOf, child.mask ?? mask),
    );
  if (node.properties !== undefined) return below(Object.entries(node.properties));
  const { items, additionalProperties: named } = node;
  if (named && isMap(written) && Object.keys(written).length > 0) {
    return below(Object.keys(written).map((name) => [name, named]));
  }
  if (items?.properties !== undefined && Array.isArray(written) && written.length > 0) {
    return below(written.map((_, index) => [index, items]));
  }
  return [
    { key: path.join('.'), value: show(written ?? node.default ?? node.const, node, mask), source: sourceOf(path) },
  ];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown, node: SettingNode, mask: SettingNode['mask']): string {
  if (value === undefined) return node.defaultText === undefined ? '' : `(${node.defaultText})`;
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (typeof value === 'object') return '';
  return maskSecret(String(value), mask);
}
