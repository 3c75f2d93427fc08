import type { RunbookInput } from '../../../contract/runbook.ts';
import type { PlacedStep } from '../assemble-procedures.ts';
import type { FoundInput } from '../blocks/block-reading.ts';
import type { FenceEntry, InlineCode } from '../markdown/read-outline.ts';

/** Gathers inputs over the document: one entry a name, every place it is used. */
export class InputCollector {
  readonly #inputs = new Map<string, RunbookInput>();
  readonly #lines: readonly string[];

  constructor(declared: readonly RunbookInput[], lines: readonly string[]) {
    this.#lines = lines;
    for (const input of declared) this.#inputs.set(input.name, { ...input, at: [...input.at] });
  }

  /** Records the inputs of one step and returns their names. */
  take(found: readonly FoundInput[], placed: PlacedStep): string[] {
    for (const input of found) this.add(input, this.#placeOf(input.offset, placed));
    return [...new Set(found.map((input) => input.name))];
  }

  add(input: Pick<RunbookInput, 'name' | 'source' | 'type'>, at: { line: number; column: number }): void {
    const known = this.#inputs.get(input.name);
    if (known === undefined)
      this.#inputs.set(input.name, {
        name: input.name,
        source: input.source,
        type: input.type,
        required: true,
        default: null,
        at: [at],
      });
    else if (!known.at.some((each) => each.line === at.line && each.column === at.column)) known.at.push(at);
  }

  /** Column of a character of an inline code, in the file. */
  columnOf(code: InlineCode, offset: number): number {
    return Math.max(0, (this.#lines[code.line - 1] ?? '').indexOf(code.text)) + offset + 1;
  }

  all(): RunbookInput[] {
    return [...this.#inputs.values()];
  }

  #placeOf(offset: number, placed: PlacedStep): { line: number; column: number } {
    return placed.fence === null ? { line: placed.line, column: 1 } : this.placeIn(placed.fence, offset);
  }

  /** Line and column, in the file, of a character of a fence's text. */
  placeIn(fence: FenceEntry, offset: number): { line: number; column: number } {
    const before = fence.text.slice(0, offset);
    const line = fence.firstLine + (before.match(/\n/g)?.length ?? 0);
    const content = fence.text.split('\n')[line - fence.firstLine] ?? '';
    const indent = Math.max(0, (this.#lines[line - 1] ?? '').indexOf(content));
    return { line, column: indent + (offset - (before.lastIndexOf('\n') + 1)) + 1 };
  }
}
