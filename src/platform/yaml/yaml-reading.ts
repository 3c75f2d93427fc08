import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  parseDocument,
  Scalar,
  type YAMLMap,
} from 'yaml';
import { messageOf } from '../errors/holdfast-error.ts';

/** Where something stands in the file, from 1. */
export type Place = { line: number; column: number };
export type Problem = Place & { message: string };

export type Entry = { key: Node; value: Node | null };

/** One pass over a YAML document: where things are, what is wrong, and which values are secret. */
export type Reading = {
  readonly root: Node | null;
  readonly problems: Problem[];
  placeOf(node: Node | null | undefined): Place;
  report(at: Node | Place | null, message: string): undefined;
  /** What an alias stands for; everything else is itself. */
  follow(node: Node | null): Node | null;
  /** The entries of a map, with `<<` merged in; a key written twice is reported. */
  entriesOf(map: YAMLMap): Map<string, Entry>;
  /** Marks a value to be shown as `replacement` whenever the file is shown. */
  hide(node: Node, replacement: string): void;
  /** Marks an entry to be left out whenever the file is shown. */
  omit(key: Node): void;
  /** The file's text as it may be shown: secrets replaced, comments (people keep old passwords there) left out. */
  maskedText(): string;
  enter(node: Node): boolean;
  leave(): void;
};

const DEEPEST = 100;
const MOST_NODES = 200_000;

/**
 * Reads text as YAML the way Go's yaml.v2 does: plain scalars keep their text until a field says what they are, the first
 * document counts. Never throws for bad text.
 */
export function readYaml(text: string): Reading {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const place = placesOf(lines);
  const document = parseQuietly(text, lines, (offset, message) => problems.push({ ...place(offset), message }));
  return openReading(document, place, problems);
}

/**
 * The same for a file of several documents. One that is no YAML leaves no document at all: where it ends is unknown.
 * @returns a reading for each document that says something, or a single one that holds the problems
 */
export function readYamlDocuments(text: string): Reading[] {
  const lines = new LineCounter();
  const place = placesOf(lines);
  const problems: Problem[] = [];
  try {
    const indented = indentBrackets(text);
    const parsed = parseAllDocuments(indented, { ...AS_GO_READS, lineCounter: lines });
    const documents = 'empty' in parsed ? [] : parsed;
    for (const document of documents)
      for (const error of errorsOf(document, indented))
        problems.push({ ...place(error.pos[0]), message: `not valid YAML: ${lowerFirst(error.message)}` });
    if (problems.length === 0)
      return documents.filter(({ contents }) => !isNothing(contents)).map((each) => openReading(each, place, []));
  } catch (thrown) {
    problems.push({ line: 1, column: 1, message: `cannot be read as YAML: ${messageOf(thrown)}` });
  }
  return [openReading(null, place, problems)];
}

function placesOf(lines: LineCounter): (offset: number) => Place {
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
}

function openReading(document: Document.Parsed | null, place: (offset: number) => Place, problems: Problem[]): Reading {
  const hidden = new Map<Node, string>();
  const omitted = new Set<Node>();
  const targets = new Map<Node, Node | null>();
  let depth = 0;
  let nodes = 0;

  const reading: Reading = {
    root: document?.contents ?? null,
    problems,
    placeOf: (node) => (node?.range ? place(node.range[0]) : { line: 1, column: 1 }),
    report(at, message) {
      const where = at === null ? { line: 1, column: 1 } : 'line' in at ? at : reading.placeOf(at);
      problems.push({ line: where.line, column: where.column, message });
    },
    follow(node) {
      if (!isAlias(node) || !document) return node;
      // Finding what an alias stands for walks the whole document.
      const known = targets.get(node);
      if (known !== undefined) return known;
      const target = (node.resolve(document) as Node | undefined) ?? null;
      targets.set(node, target);
      if (target === null) reading.report(node, `unknown anchor "${node.source}" referenced`);
      return target;
    },
    entriesOf(map) {
      const own = new Map<string, Entry>();
      const merged: Node[] = [];
      for (const pair of map.items) {
        const key = reading.follow(pair.key as Node | null);
        if (!isScalar(key)) {
          reading.report(map, 'a key must be a word');
          continue;
        }
        const name = scalarText(key);
        const value = pair.value as Node | null;
        if (name === '<<' && key.type === 'PLAIN' && value) merged.push(value);
        else if (own.has(name)) reading.report(key, `key "${name}" is written twice`);
        else own.set(name, { key, value });
      }
      for (const value of merged) mergeInto(own, value, reading, 0);
      return own;
    },
    hide: (node, replacement) => void hidden.set(node, replacement),
    omit: (key) => void omitted.add(key),
    maskedText: () => (document ? showMasked(document, hidden, omitted) : ''),
    enter(node) {
      nodes += 1;
      if (nodes > MOST_NODES) {
        if (nodes === MOST_NODES + 1)
          reading.report(node, `more than ${MOST_NODES} values, counting what aliases repeat`);
        return false;
      }
      if (depth >= DEEPEST) {
        reading.report(node, `nested deeper than ${DEEPEST} levels`);
        return false;
      }
      depth += 1;
      return true;
    },
    leave() {
      depth -= 1;
    },
  };
  return reading;
}

/** The text of a scalar as written between its quotes, or plain. */
export function scalarText(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? '');
}

/** Whether nothing is written there: Go leaves the field's default then. */
export function isNothing(node: Node | null): boolean {
  if (node === null) return true;
  if (!isScalar(node)) return false;
  if (node.tag === 'tag:yaml.org,2002:null') return true;
  return (
    (node.type ?? 'PLAIN') === 'PLAIN' && !node.tag && ['', '~', 'null', 'Null', 'NULL'].includes(scalarText(node))
  );
}

/** Go's parser lets a bracket close at the start of a line; ours wants it further in. */
const FAR_ENOUGH = `${' '.repeat(80)}$&`;
const indentBrackets = (text: string) => text.replaceAll(/^[\]}]/gm, FAR_ENOUGH);

const AS_GO_READS = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const;

function errorsOf(document: Document.Parsed, indented: string) {
  return document.errors.filter(({ code, message, pos }) => {
    if (code === 'MULTIPLE_DOCS' || message.startsWith('Comments must be separated')) return false;
    // Brackets that close too far left; those that never close are reported elsewhere.
    return !(message.includes('must be sufficiently indented') && '[]{}'.includes(indented[pos[0]] ?? ' '));
  });
}

function parseQuietly(
  text: string,
  lines: LineCounter,
  report: (offset: number, message: string) => void,
): Document.Parsed | null {
  try {
    const indented = indentBrackets(text);
    const document = parseDocument(indented, { ...AS_GO_READS, lineCounter: lines });
    const errors = errorsOf(document, indented);
    for (const error of errors) report(error.pos[0], `not valid YAML: ${lowerFirst(error.message)}`);
    return errors.length > 0 ? null : document;
  } catch (thrown) {
    // The parser recurses; a file nested deeply enough ends its stack.
    report(0, `cannot be read as YAML: ${messageOf(thrown)}`);
    return null;
  }
}

function mergeInto(own: Map<string, Entry>, value: Node, reading: Reading, depth: number): void {
  const source = reading.follow(value);
  if (isSeq(source) && depth === 0) {
    for (const item of source.items) mergeInto(own, item as Node, reading, 1);
  } else if (isMap(source) && reading.enter(source)) {
    for (const [name, entry] of reading.entriesOf(source)) if (!own.has(name)) own.set(name, entry);
    reading.leave();
  } else if (!isMap(source)) reading.report(value, '"<<" needs a map, or a list of maps');
}

function showMasked(document: Document.Parsed, hidden: ReadonlyMap<Node, string>, omitted: ReadonlySet<Node>): string {
  const copy = document.clone();
  // What Go takes all the same would keep it from being written.
  copy.errors = [];
  copy.commentBefore = null;
  copy.comment = null;
  const visit = (original: unknown, shown: unknown): void => {
    dropComments(shown);
    if (isScalar(original) && isScalar(shown)) {
      const replacement = hidden.get(original);
      if (replacement === undefined) return;
      shown.value = replacement;
      shown.type = Scalar.PLAIN;
    } else if (isMap(original) && isMap(shown)) {
      original.items.forEach((pair, index) => {
        visit(pair.key, shown.items[index]?.key);
        visit(pair.value, shown.items[index]?.value);
      });
      shown.items = shown.items.filter((_pair, index) => !omitted.has(original.items[index]?.key as Node));
    } else if (isSeq(original) && isSeq(shown)) {
      original.items.forEach((item, index) => {
        visit(item, shown.items[index]);
      });
    }
  };
  visit(document.contents, copy.contents);
  return copy.toString({ lineWidth: 0 });
}

function dropComments(node: unknown): void {
  const commented = node as { comment?: string | null; commentBefore?: string | null } | null;
  if (commented === null || typeof commented !== 'object') return;
  commented.comment = null;
  commented.commentBefore = null;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
