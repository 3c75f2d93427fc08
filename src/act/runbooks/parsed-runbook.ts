import type { RunbookDocument, StepAction } from '../../contract/runbook.ts';
import type { ReadingProblem } from './blocks/block-reading.ts';
import type { FenceAttributes } from './markdown/fence-attributes.ts';
import type { HookTrigger, ScheduleTrigger } from './markdown/front-matter.ts';
import type { ScriptVariables } from './parameters/handed-variables.ts';
import type { RunClass } from './risk/verdict.ts';

/** What the plan needs of a step beyond what a reader sees; everything that takes a parser is already done. */
export type StepDraft = {
  action: StepAction;
  /** The class found in its commands, before any attribute; null where nothing runs. */
  found: RunClass | null;
  attributes: FenceAttributes;
  /** Name of a target or `{{input}}`; null when the step needs none. */
  target: string | null;
  /** Of a script: what it sets, and what it takes from scripts before it. */
  variables?: ScriptVariables;
  /** Of a call to another runbook: its inputs -> a text, or `{{input}}` of this one. */
  set?: Readonly<Record<string, string>>;
};

/** A document as `holdfast runbook show` prints it, plus what planning needs. */
export type ParsedRunbook = RunbookDocument & {
  /** By step id. */
  drafts: Record<string, StepDraft>;
  /** Label matchers of the front matter; any one of them starts or suggests the procedure. */
  triggers: Record<string, string>[];
  schedules: ScheduleTrigger[];
  hooks: HookTrigger[];
  /** What its reader had to work around, in the order of the document. */
  problems: ReadingProblem[];
};

/** Only what `holdfast runbook show --json` prints. */
export function toRunbookDocument(parsed: ParsedRunbook): RunbookDocument {
  const {
    drafts: _drafts,
    triggers: _triggers,
    schedules: _schedules,
    hooks: _hooks,
    problems: _problems,
    ...document
  } = parsed;
  return document;
}
