import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { messageOf } from '../errors/holdfast-error.ts';
import type { ConfigProblem } from './config-problem.ts';
import type { Path } from './describe-settings.ts';

/** A configuration file as values, and where each of them stands. */
export type ConfigText = {
  values: Record<string, unknown>;
  problems: ConfigProblem[];
  /** `holdfast.yaml:3:5`, the place of a key (`'key'`) or of its value; the nearest thing around it when it is not there. */
  locate(path: Path, what: 'key' | 'value'): string;
};

const DEEPEST = 32;
const MOST_REFERENCES = 1000;

/** Reads YAML without judging what it says: empty keys count as not written. Never throws. */
export function readConfigText(name: string, text: string): ConfigText {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const nothing = (where: string, message: string): ConfigText => ({
    values: {},
    problems: [{ where, key: '', message }],
    locate: () => name,
  });

  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  } catch (error) {
    // The parser recurses; a file nested deeply enough ends its stack.
    return nothing(name, `cannot be read as YAML: ${messageOf(error)}`);
  }
  const problems: ConfigProblem[] = [...document.errors, ...document.warnings].map((error) => ({
    where: at(error.pos[0]),
    key: '',
    message: `is not valid YAML: ${lowerFirst(error.message)}`,
  }));
  if (problems.length > 0) return { ...nothing(name, ''), problems };
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    return { values: {}, problems: [], locate: () => name };
  }
  if (!isMap(root)) return nothing(at(root.range[0]), 'must be a map of settings, such as `listen: 127.0.0.1:8080`');

  const context: Context = { document, at, problems, known: new Map(), references: 0 };
  const values = toValue(root, [], context) as Record<string, unknown>;
  return {
    values,
    problems,
    locate(path, what) {
      const found = findNode(document, path, what);
      return found?.range ? at(found.range[0]) : name;
    },
  };
}

type Context = {
  document: Document;
  at: (offset: number) => string;
  problems: ConfigProblem[];
  /** What an anchor stands for is made once: references to references must not multiply. */
  known: Map<Node, unknown>;
  references: number;
};

function toValue(node: unknown, path: Path, context: Context): unknown {
  const { document, at, problems, known } = context;
  const report = (where: Node, message: string) =>
    problems.push({ where: where.range ? at(where.range[0]) : '', key: path.join('.'), message });
  if (isAlias(node)) {
    context.references += 1;
    if (context.references > MOST_REFERENCES) {
      if (context.references === MOST_REFERENCES + 1) report(node, `is one of more than ${MOST_REFERENCES} references`);
      return undefined;
    }
    const target = node.resolve(document);
    if (target !== undefined && known.has(target)) return known.get(target);
    report(node, 'refers to itself');
    return undefined;
  }
  if (isScalar(node)) {
    // An empty key is one its writer left open, not a value.
    const value = node.value === null ? undefined : node.value;
    known.set(node, value);
    return value;
  }
  if (path.length >= DEEPEST && (isMap(node) || isSeq(node))) {
    report(node, 'is nested too deeply');
    return undefined;
  }
  if (isSeq(node)) {
    const items = node.items.map((item, index) => toValue(item, [...path, index], context));
    known.set(node, items);
    return items;
  }
  if (!isMap(node)) return undefined;
  const values: Record<string, unknown> = {};
  for (const { key, value } of node.items) {
    if (!isScalar(key) || !['string', 'number', 'boolean'].includes(typeof key.value) || key.value === '__proto__') {
      report((key as Node | null) ?? node, 'has a key that is not a plain name');
      continue;
    }
    const name = String(key.value);
    values[name] = toValue(value, [...path, name], context);
  }
  known.set(node, values);
  return values;
}

function findNode(document: Document, path: Path, what: 'key' | 'value'): Node | null {
  let node: unknown = document.contents;
  let found = node as Node | null;
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return found;
      const wanted = index === path.length - 1 && what === 'key' ? pair.key : (pair.value ?? pair.key);
      found = ((wanted as Node | null)?.range ? wanted : pair.key) as Node;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      if (item === undefined) return found;
      found = item as Node;
      node = item;
    } else {
      return found;
    }
  }
  return found;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
