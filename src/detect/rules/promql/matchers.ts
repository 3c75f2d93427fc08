import { compileRegex } from '../../../platform/go-template/go-regex.ts';
import type { LabelMatcher } from './expression.ts';
import type { Labels } from './labels.ts';
import { PromqlError } from './promql-error.ts';

/** Whether labels fit all matchers. A missing label equals an empty one. @throws PromqlError */
export function compileMatchers(matchers: readonly LabelMatcher[]): (labels: Labels) => boolean {
  const compiled = matchers.map(({ name, operator, value }) => {
    const fits = operator === '=' || operator === '!=' ? (text: string) => text === value : matchWhole(value);
    const wanted = operator === '=' || operator === '=~';
    return (labels: Labels) => fits(labels.get(name) ?? '') === wanted;
  });
  return (labels) => compiled.every((fits) => fits(labels));
}

function matchWhole(pattern: string): (text: string) => boolean {
  const regex = compileWhole(pattern);
  return (text) => regex.matcher(text).matches();
}

/** An expression that has to match from the first to the last character. @throws PromqlError */
export function compileWhole(pattern: string): ReturnType<typeof compileRegex> {
  try {
    return compileRegex(`^(?s:${pattern})$`);
  } catch (thrown) {
    throw new PromqlError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
