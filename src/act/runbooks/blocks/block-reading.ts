import type { BlockClass, RunbookInput, RunbookStep, StepAction, StepKind } from '../../../contract/runbook.ts';
import type { FenceAttributes } from '../markdown/fence-attributes.ts';
import type { KnownVariables } from '../parameters/mark-variables.ts';
import type { RunClass } from '../risk/verdict.ts';

/** An input where it was found: its offset into the fence's text. */
export type FoundInput = Pick<RunbookInput, 'name' | 'source' | 'type'> & { offset: number };

/** Something about the document that its reader had to work around. `line` is 1-based. */
export type ReadingProblem = {
  /** `no-safe-form`: a value stands where no quoting protects it. `root-or-comment`: `# word` could be either. */
  rule: 'no-safe-form' | 'root-or-comment' | 'include' | 'front-matter';
  line: number;
  message: string;
};

/** A step as its fence describes it, before it has a place in a procedure. `start`/`end` are offsets into the fence. */
export type StepSeed = {
  kind: StepKind;
  title: string | null;
  body: string;
  start: number;
  end: number;
  found: RunClass | null;
  reason: string;
  action: StepAction;
  inputs: FoundInput[];
  bound: RunbookStep['bound'];
  /** Of a call to another runbook: its inputs -> a text, or `{{input}}` of this one. */
  set?: Readonly<Record<string, string>>;
  /** `group` null: named after the step it is in. */
  choice: { group: string | null; option: string; label: string } | null;
  /** Ways its own choice lies within, the outermost first. */
  ways?: readonly NonNullable<StepSeed['choice']>[];
  /** What keeps it from being run as it is written, for lint. */
  problem?: Pick<ReadingProblem, 'rule' | 'message'>;
};

/** What a fence is, why, and the steps in it. */
export type BlockReading = { class: BlockClass; reason: string; seeds: StepSeed[] };

/** What reading a fence needs to know about the document around it. */
export type BlockContext = {
  file: string;
  /** Line of the first line of the fence's text. */
  firstLine: number;
  known: KnownVariables;
  attributes: FenceAttributes;
  /** What stands right before the fence. */
  before?: string;
};

/** A reading in which nothing runs. */
export function nothingRuns(blockClass: BlockClass, reason: string): BlockReading {
  return { class: blockClass, reason, seeds: [] };
}

/** A step a person does, with what to do as its text. */
export function manualSeed(text: string, at: { start: number; end: number }, about: Partial<StepSeed> = {}): StepSeed {
  return {
    kind: 'manual',
    title: null,
    body: text,
    ...at,
    found: null,
    reason: 'a person does this',
    action: { kind: 'manual', text },
    inputs: [],
    bound: null,
    choice: null,
    ...about,
  };
}
