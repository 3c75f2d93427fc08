import { TemplateError } from './template-error.ts';
import type { CallContext } from './values/go-value.ts';

/** What one rendering may cost. Templates are other people's programs. */
export type RenderLimits = {
  /** Nodes carried out and characters made on the way, in all. */
  mostSteps: number;
  mostOutputBytes: number;
  deepestCalls: number;
};

export const DEFAULT_RENDER_LIMITS: RenderLimits = {
  mostSteps: 20_000_000,
  mostOutputBytes: 4 * 1024 * 1024,
  deepestCalls: 200,
};

/** A rendering that was stopped: it is no error of a function that something could go on from. */
export class RenderLimitError extends TemplateError {}

/** Counts what a rendering costs. */
export class RenderBudget implements CallContext {
  readonly #limits: RenderLimits;
  #steps = 0;
  #outputBytes = 0;

  constructor(limits: RenderLimits) {
    this.#limits = limits;
  }

  charge(units: number): void {
    this.#steps += units;
    if (this.#steps > this.#limits.mostSteps)
      throw new RenderLimitError(`template takes more than ${this.#limits.mostSteps} steps`);
  }

  chargeOutput(text: string): void {
    this.#outputBytes += text.length;
    if (this.#outputBytes > this.#limits.mostOutputBytes)
      throw new RenderLimitError(`template prints more than ${this.#limits.mostOutputBytes} bytes`);
  }

  get deepestCalls(): number {
    return this.#limits.deepestCalls;
  }
}
