import { z } from 'zod';

/** What a step would do to the world, from harmless to harmful. `opaque` blocks are handled as destroy. */
export const RISKS = ['read', 'check', 'change', 'destroy'] as const;
export const riskSchema = z.enum(RISKS);
export type Risk = z.infer<typeof riskSchema>;

export const BLOCK_CLASSES = [...RISKS, 'opaque', 'config', 'template', 'sample', 'other'] as const;
export const blockClassSchema = z.enum(BLOCK_CLASSES);
export type BlockClass = z.infer<typeof blockClassSchema>;

/** The step kinds this version can execute. */
export const STEP_KINDS = [
  'shell',
  'sql',
  'http',
  'check',
  'metric-gate',
  'wait',
  'approval',
  'input',
  'choice',
  'manual',
  'notify',
  'template',
  'parallel',
  'foreach',
  'subrunbook',
  'lock',
] as const;
export const stepKindSchema = z.enum(STEP_KINDS);
export type StepKind = z.infer<typeof stepKindSchema>;

export const INPUT_TYPES = [
  'string',
  'integer',
  'port',
  'percent',
  'host',
  'url',
  'arn',
  'timestamp',
  'duration',
  'secret',
  'target',
] as const;

export const runbookInputSchema = z.object({
  name: z.string(),
  source: z.enum(['placeholder', 'env', 'literal', 'declared']),
  type: z.enum(INPUT_TYPES),
  required: z.boolean(),
  default: z.string().nullable(),
  at: z.array(z.object({ line: z.int(), column: z.int() })),
});
export type RunbookInput = z.infer<typeof runbookInputSchema>;

export const stepBoundSchema = z.object({
  how: z.enum(['rewritten', 'time-box']),
  body: z.string(),
  timeoutMs: z.int(),
  why: z.string(),
});

/** A step as a reader of the document sees it. `line`/`endLine` are 1-based and cover its commands. */
export const runbookStepSchema = z
  .object({
    id: z.string(),
    number: z.string().nullable(),
    title: z.string(),
    kind: stepKindSchema,
    risk: riskSchema.nullable(),
    line: z.int(),
    endLine: z.int(),
    body: z.string(),
    inputs: z.array(z.string()),
    bound: stepBoundSchema.nullable(),
    choice: z.object({ group: z.string(), option: z.string(), label: z.string() }).nullable(),
    /** Of a choice within other ways: those ways, the outermost first. It is asked, and done, only where all are taken. */
    ways: z.array(z.object({ group: z.string(), option: z.string(), label: z.string() })).optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'RunbookStep' });
export type RunbookStep = z.infer<typeof runbookStepSchema>;

export const runbookBlockSchema = z.object({
  line: z.int(),
  endLine: z.int(),
  language: z.string(),
  class: blockClassSchema,
  procedure: z.string().nullable(),
  steps: z.array(z.string()),
  reason: z.string(),
});
export type RunbookBlock = z.infer<typeof runbookBlockSchema>;

export const runbookProcedureSchema = z.object({
  slug: z.string(),
  title: z.string(),
  line: z.int(),
  severity: z.string().nullable(),
  responseWithinMs: z.int().nullable(),
  symptoms: z.array(z.string()),
  phases: z.array(z.object({ title: z.string().nullable(), steps: z.array(runbookStepSchema) })),
});
export type RunbookProcedure = z.infer<typeof runbookProcedureSchema>;

/** `holdfast runbook show FILE --json`. */
export const runbookSchema = z
  .object({
    file: z.string(),
    sha256: z.string(),
    title: z.string(),
    frontMatter: z.record(z.string(), z.json()).nullable(),
    inputs: z.array(runbookInputSchema),
    blocks: z.array(runbookBlockSchema),
    procedures: z.array(runbookProcedureSchema),
  })
  .meta({ id: 'Runbook' });
export type RunbookDocument = z.infer<typeof runbookSchema>;

/** What a worker does for one step; every value that is known is already in it, inputs are named. */
export const stepActionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('shell'),
    /** Bash. Parameters are read from the environment, never pasted into the text. */
    script: z.string(),
    /** Environment variable -> input name. */
    parameters: z.record(z.string(), z.string()),
    /** Variables whose values at the script's end are handed on to later steps, as inputs of the same name. */
    carries: z.array(z.string()).optional(),
  }),
  /**
   * Asked as a question (as another step's verify, or with the risk `check`), SQL says yes when its last statement
   * returns at least one row whose first column is neither false nor null.
   */
  z.object({
    kind: z.literal('sql'),
    /** Statements in order; `$1`… are bound to `binds` of the statement. */
    statements: z.array(z.object({ text: z.string(), binds: z.array(z.string()) })),
    /** False for VACUUM and its like, which refuse to run in a transaction. */
    transaction: z.boolean(),
    readOnly: z.boolean(),
  }),
  z.object({
    kind: z.literal('http'),
    /** URL, header values and body may hold `{{input}}` marks, filled (and encoded) when the step runs. */
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
    /** Accepted status codes; empty means 200–399. */
    expectStatus: z.array(z.int()),
  }),
  z.object({
    kind: z.literal('check'),
    /** Name of a configured probe that must answer healthy within `withinMs`. */
    probe: z.string(),
    withinMs: z.int(),
  }),
  z.object({ kind: z.literal('wait'), durationMs: z.int() }),
  z.object({ kind: z.literal('approval'), prompt: z.string() }),
  z.object({ kind: z.literal('input'), name: z.string(), type: z.enum(INPUT_TYPES), prompt: z.string() }),
  z.object({
    kind: z.literal('choice'),
    group: z.string(),
    prompt: z.string(),
    options: z.array(z.object({ option: z.string(), label: z.string() })),
  }),
  z.object({ kind: z.literal('manual'), text: z.string() }),
  z.object({ kind: z.literal('notify'), text: z.string(), channel: z.string() }),
  z.object({
    kind: z.literal('metric-gate'),
    /** PromQL; it holds when it answers with at least one sample and none of them is false (0) or NaN. */
    query: z.string(),
    /** It must hold without a break for so long, asked every `everyMs`; what breaks it starts the time anew until `withinMs`. */
    forMs: z.int(),
    everyMs: z.int(),
    withinMs: z.int(),
    /** Times that inputs give and that are not known yet, as marks; a gate with any of them does not open. */
    unknownTimes: z.object({ for: z.string(), within: z.string() }).partial().optional(),
  }),
  /** Fills a message for people; its text is the step's output. Nothing is sent. */
  z.object({ kind: z.literal('template'), text: z.string() }),
  /** Steps that run at the same time, `atOnce` of them at most. Approved as one. */
  z.object({ kind: z.literal('parallel'), members: z.array(z.string()), atOnce: z.int() }),
  /** The same steps for every item, which each sees as the input `as`. Approved as one, with its items. */
  z.object({
    kind: z.literal('foreach'),
    members: z.array(z.string()),
    /** `{{input}}` with items between blanks, commas or line ends, or the items themselves. */
    items: z.string(),
    as: z.string(),
    atOnce: z.int(),
  }),
  /** The steps of another runbook, frozen into this plan behind this step. */
  z.object({ kind: z.literal('subrunbook'), runbook: z.string(), procedure: z.string(), sha256: z.string() }),
  /** Waits until no other run holds the lock, then holds it until this run ends. */
  z.object({ kind: z.literal('lock'), name: z.string() }),
]);
export type StepAction = z.infer<typeof stepActionSchema>;

/** One step of a frozen plan: everything a worker needs, whatever happens to the file or to Holdfast afterwards. */
export const plannedStepSchema = runbookStepSchema
  .extend({
    /** How many approvals it needs before it runs. An automatic run may need one more (see runs/approval-policy). */
    approvals: z.int(),
    /** True when the document declared or a person may still be asked about an override of the computed risk. */
    riskLowered: z.boolean(),
    reversible: z.boolean(),
    timeoutMs: z.int(),
    action: stepActionSchema,
    /** Name of the target (a connection of the configuration) or `{{input}}` naming one; null when it needs none. */
    target: z.string().nullable(),
    /** Running it twice is as good as once: after a crash it is simply run again. */
    idempotent: z.boolean(),
    retry: z.object({ attempts: z.int(), delayMs: z.int() }),
    /** Id of a step (in `helpers`) that says whether this one took effect; consulted instead of a person after a crash. */
    verify: z.string().nullable(),
    /** Id of a step (in `helpers`) that undoes this one. */
    rollback: z.string().nullable(),
    /** Runs only when this choice was taken, or always when null. */
    when: z.object({ group: z.string(), option: z.string() }).nullable(),
    /** Id of the parallel or foreach step that runs it. */
    within: z.string().optional(),
    /** Name of a lock it holds while it runs. */
    lock: z.string().optional(),
    /** Environment of the configuration whose variables and credentials it gets instead of the run's. */
    environment: z.string().optional(),
    /** Secrets of the configuration it gets as variables of the same name. */
    secrets: z.array(z.string()).optional(),
  })
  .meta({ id: 'PlannedStep' });
export type PlannedStep = z.infer<typeof plannedStepSchema>;

/** `holdfast runbook plan FILE#procedure --json`, and what a run freezes. */
export const planSchema = z
  .object({
    /** sha256 over the canonical JSON of everything below but `missingInputs`. */
    planHash: z.string(),
    runbook: z.string(),
    sha256: z.string(),
    title: z.string(),
    procedure: z.string(),
    procedureTitle: z.string(),
    /** Values given or defaulted; secrets as `***` (their values are kept apart). */
    inputs: z.record(z.string(), z.string()),
    inputTypes: z.record(z.string(), z.enum(INPUT_TYPES)),
    missingInputs: z.array(z.string()),
    steps: z.array(plannedStepSchema),
    /** Steps that only run as another's verify or rollback. */
    helpers: z.array(plannedStepSchema),
    choices: z.array(
      z.object({
        group: z.string(),
        prompt: z.string(),
        options: z.array(z.object({ option: z.string(), label: z.string() })),
      }),
    ),
    /** The first of these that names the incident's trigger started the run; kept for the record. */
    triggers: z.array(z.record(z.string(), z.string())),
  })
  .meta({ id: 'Plan' });
export type Plan = z.infer<typeof planSchema>;
