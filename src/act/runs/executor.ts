import type { StepAction } from '../../contract/runbook.ts';

/** A host reached by SSH. */
export type SshHost = {
  name: string;
  host: string;
  port: number;
  user: string;
  /** The key, or the agent that holds it: one of the two. */
  identityFile: string | null;
  agentSocket: string | null;
  knownHostsFile: string;
};

/** A connection of the configuration, resolved; its secret never leaves the process. */
export type ResolvedTarget = { name: string } & (
  | { kind: 'postgres'; url: string }
  | { kind: 'prometheus'; url: string; tokenFile: string | null }
  | { kind: 'kubernetes'; kubeconfig: string; context: string | null }
  | (Omit<SshHost, 'name'> & {
      kind: 'ssh';
      /** The hosts on the way there, the nearest to Holdfast first. */
      jumps: readonly SshHost[];
    })
);

/** Everything an executor gets for one attempt. */
export type StepExecution<Action extends StepAction = StepAction> = {
  /** Known to the database before anything begins; every process and session of the step carries it. */
  token: string;
  /** The same for every attempt of this step of this run. */
  onceKey: string;
  action: Action;
  /** Input name -> value. */
  inputs: Readonly<Record<string, string>>;
  /** Variables of its environment and its secrets, for executors that start programs. */
  variables: Readonly<Record<string, string>>;
  target: ResolvedTarget | null;
  /** True for steps that must not change anything: read and check. */
  observing: boolean;
  /** True for check steps: their answer decides, a "no" fails them. */
  deciding: boolean;
  timeoutMs: number;
  /** Aborted on cancel, on the loss of the lease and at shutdown. */
  signal: AbortSignal;
  /** Receives output as it comes; redaction and caps are the receiver's business. */
  output(chunk: Buffer): void;
  /**
   * The last gate before the effect: stores the process and checks that the run is still this worker's.
   * @throws HoldfastError conflict `run.lost` when it is not; then nothing may happen any more
   */
  confirmStart(process: { pid: number; startedAt: string } | null): Promise<void>;
};

export type StepResult = {
  outcome: 'succeeded' | 'failed' | 'timed-out' | 'cancelled';
  /** True when it is not known whether the effect took place (a connection lost in the middle of it). */
  uncertain?: boolean;
  exitCode: number | null;
  /** One sentence for people; null when there is nothing to add. */
  reason: string | null;
  /** Values for later steps, by input name. */
  outputs?: Readonly<Record<string, string>>;
};

/** What a step kind can do. One per kind, in an explicit map. */
export type Executor<Action extends StepAction = StepAction> = {
  execute(execution: StepExecution<Action>): Promise<StepResult>;
  /**
   * Ends what a lost worker may have left running under this token on this host or target.
   * @returns the place where it may still be running because it could not be looked at; null when there is none
   */
  stopLeftovers(leftover: {
    token: string;
    process: { pid: number; startedAt: string } | null;
    target: ResolvedTarget | null;
  }): Promise<string | null>;
};

/** Executors by action kind; kinds that only wait for something have none. */
export type Executors = { readonly [Kind in StepAction['kind']]?: Executor<Extract<StepAction, { kind: Kind }>> };

/** The executor of an action's kind, ready to take that action. */
export function executorFor(executors: Executors, kind: StepAction['kind']): Executor | undefined {
  // The map pairs each kind with its own action; TypeScript cannot follow that through a union.
  return executors[kind] as Executor | undefined;
}
