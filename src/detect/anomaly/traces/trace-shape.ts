import type { TraceSpan } from './trace-span.ts';

/** One step of a trace: what was called by what, however often. */
export interface Step {
  /** `service name`, ids in the name as `#`. */
  readonly name: string;
  /** The step that called it, null for the trace's first. */
  readonly parent: string | null;
  count: number;
  failed: number;
  slowestMs: number;
}

/** What stays the same over the traces of one kind: the steps, and a text that names them in a fixed order. */
export interface TraceShape {
  /** Name of the first step: traces are compared with those that begin alike. */
  readonly root: string;
  /** By caller and name, see `stepKey`. */
  readonly steps: ReadonlyMap<string, Step>;
  readonly text: string;
}

const LONGEST_NAME = 120;
/** Deeper calls are named no more: a text has to end. */
const DEEPEST = 50;
const STATUS = ['', '', ' failed'] as const;

interface Node {
  readonly name: string;
  readonly failed: boolean;
  readonly children: Node[];
}

/** The shape of a trace of at least one span, whatever order its spans came in. */
export function shapeOf(spans: readonly TraceSpan[]): TraceShape {
  const sorted = [...spans].sort(inOrder);
  const byId = new Map(sorted.map((span) => [span.spanId, span]));
  const childrenOf = new Map<string, TraceSpan[]>();
  const tops: TraceSpan[] = [];
  for (const span of sorted) {
    if (span.parentSpanId === '' || span.parentSpanId === span.spanId || !byId.has(span.parentSpanId)) tops.push(span);
    else {
      const siblings = childrenOf.get(span.parentSpanId);
      if (siblings === undefined) childrenOf.set(span.parentSpanId, [span]);
      else siblings.push(span);
    }
  }
  // The root before orphans; spans that call each other in a circle hang on nothing.
  tops.sort((one, other) => Number(one.parentSpanId !== '') - Number(other.parentSpanId !== ''));
  if (tops.length === 0) tops.push(sorted[0]!);
  const steps = new Map<string, Step>();
  const visited = new Set<TraceSpan>();
  const grow = (span: TraceSpan, parent: string | null, depth: number): Node => {
    visited.add(span);
    const name = stepName(span);
    countStep(steps, name, parent, span);
    const children: Node[] = [];
    for (const child of depth < DEEPEST ? (childrenOf.get(span.spanId) ?? []) : []) {
      if (!visited.has(child)) children.push(grow(child, name, depth + 1));
    }
    return { name, failed: span.status === 2, children };
  };
  const nodes = tops.filter((top) => !visited.has(top)).map((top) => grow(top, null, 0));
  return { root: nodes[0]!.name, steps, text: textOf(nodes) };
}

export const stepKey = (name: string, parent: string | null) => (parent === null ? name : `${parent} → ${name}`);

function countStep(steps: Map<string, Step>, name: string, parent: string | null, span: TraceSpan): void {
  const key = stepKey(name, parent);
  let step = steps.get(key);
  if (step === undefined) {
    step = { name, parent, count: 0, failed: 0, slowestMs: 0 };
    steps.set(key, step);
  }
  step.count += 1;
  if (span.status === 2) step.failed += 1;
  if (span.durationMs > step.slowestMs) step.slowestMs = span.durationMs;
}

/** By start, then by id: what came first over the network says nothing. */
function inOrder(one: TraceSpan, other: TraceSpan): number {
  if (one.at !== other.at) return one.at - other.at;
  return one.spanId < other.spanId ? -1 : Number(one.spanId > other.spanId);
}

/** Numbers and long hexadecimal words vary within one kind of call: `GET /users/42` is `GET /users/#`. */
function stepName({ service, name }: TraceSpan): string {
  const stable = name
    .slice(0, LONGEST_NAME)
    .replaceAll(/\b[0-9a-f-]*\d[0-9a-f-]{7,}\b/gi, '#')
    .replaceAll(/\d+/g, '#');
  return service === '' ? stable : `${service.slice(0, LONGEST_NAME)} ${stable}`;
}

/** The calls in alphabetical order, alike ones once: what ran side by side comes in any order and number. */
function textOf(nodes: readonly Node[]): string {
  const counts = new Map<string, number>();
  for (const { name, failed, children } of nodes) {
    const inner = children.length === 0 ? '' : ` (${textOf(children)})`;
    const text = `${name}${STATUS[failed ? 2 : 0]}${inner}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const parts = [...counts.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
  return parts.map(([text, count]) => `${text}${OFTENNESS[oftennessOf(count)]![1]}`).join(', ');
}

/** How often, roughly: five rows read instead of six are no other shape. Fewest times of each, and the words for it. */
const OFTENNESS = [
  [1, ''],
  [2, ' a few times'],
  [4, ' several times'],
  [16, ' many times'],
  [256, ' very many times'],
] as const;
export const OFTENNESS_CLASSES = OFTENNESS.length;

/** The class of a count, 0…OFTENNESS_CLASSES − 1. */
export function oftennessOf(count: number): number {
  return OFTENNESS.findLastIndex(([fewest]) => count >= fewest);
}
