/** What went wrong, in the terms every caller acts on. Mapped once to HTTP (http/problem.ts) and once to exit codes. */
export type ErrorKind = 'invalid' | 'denied' | 'missing' | 'conflict' | 'throttled' | 'unavailable' | 'bug';

type ErrorOptions = {
  /** Stable, dotted, lower case: `config.unknown-key`. Scripts match on it. */
  code: string;
  kind: ErrorKind;
  /** One sentence: what happened and where. */
  message: string;
  /** One sentence: what to do about it. */
  hint?: string | undefined;
  /** Only the retry policy reads this. */
  retryable?: boolean;
  cause?: unknown;
};

/** The one error type that crosses a boundary inside Holdfast. Expected outcomes are union types, not this. */
export class HoldfastError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(options: ErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HoldfastError';
    this.code = options.code;
    this.kind = options.kind;
    this.hint = options.hint;
    this.retryable = options.retryable ?? (options.kind === 'unavailable' || options.kind === 'throttled');
  }

  /** The same error with the boundary it crossed named in front: "list probes: …". */
  within(context: string): HoldfastError {
    return new HoldfastError({
      code: this.code,
      kind: this.kind,
      message: `${context}: ${this.message}`,
      hint: this.hint,
      retryable: this.retryable,
      cause: this,
    });
  }
}

/** Anything thrown, as a HoldfastError; what is not one already is a bug of ours. */
export function toHoldfastError(thrown: unknown): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HoldfastError({ code: 'internal', kind: 'bug', message, cause: thrown, retryable: false });
}

/** An error's message for people and logs, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
