import { quote } from '../matchers/go-quote.ts';

/** Labels by name. An empty value is no label: intake drops it, so a missing label and an empty one are the same. */
export type LabelSet = Readonly<Record<string, string>>;

/** The value of a label, empty when there is none; a name like `constructor` is a name like any other. */
export function labelValue(labels: LabelSet, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
}

/** Sets a label, `__proto__` too. */
export function putLabel(labels: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
  else labels[name] = value;
}

/**
 * `{a="b", c="d"}` with the names in order: how Alertmanager writes a group's labels into its group key.
 * @param labels at most a few dozen; sorted by code unit of UTF-8, as Go sorts
 */
export function formatLabelSet(labels: LabelSet): string {
  const parts = sortedNames(labels).map((name) => `${name}=${quote(labels[name] ?? '')}`);
  return `{${parts.join(', ')}}`;
}

/** Names in the order Go's byte-wise comparison gives: by code point, not by UTF-16 unit. */
export function sortedNames(labels: LabelSet): string[] {
  return Object.keys(labels).sort(compareText);
}

/** Compares texts by their UTF-8 bytes. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    // Surrogates stand for code points above U+FFFF and sort after everything else below it.
    const highA = a >= 0xd800 && a <= 0xdfff;
    const highB = b >= 0xd800 && b <= 0xdfff;
    if (highA !== highB) return highA ? 1 : -1;
    return a < b ? -1 : 1;
  }
  return left.length < right.length ? -1 : 1;
}

/**
 * The order of label sets in Alertmanager's answers: fewer labels first, then by the first difference over all names in
 * order, a missing label before a present one.
 */
export function compareLabelSets(left: LabelSet, right: LabelSet): number {
  const leftNames = Object.keys(left);
  const rightNames = Object.keys(right);
  if (leftNames.length !== rightNames.length) return leftNames.length - rightNames.length;
  for (const name of [...new Set([...leftNames, ...rightNames])].sort(compareText)) {
    if (!Object.hasOwn(left, name)) return -1;
    if (!Object.hasOwn(right, name)) return 1;
    const order = compareText(left[name] ?? '', right[name] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** The labels of these names; a name the set does not have is left out. */
export function pickLabels(labels: LabelSet, names: Iterable<string>): LabelSet {
  const picked: Record<string, string> = {};
  for (const name of names) {
    if (Object.hasOwn(labels, name)) putLabel(picked, name, labels[name] ?? '');
  }
  return picked;
}
