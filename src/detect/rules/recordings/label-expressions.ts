import type { Expression, LabelMatcher } from '../promql/expression.ts';

/** Marks series while they are chosen; no series of anybody's has it. */
const MARK = 'holdfast_fits';

/** Sets labels on every series; an empty one takes the label away. */
export function labelEach(vector: Expression, labels: readonly (readonly [string, string])[]): Expression {
  return labels.reduce((inner, [name, value]) => replace(inner, name, value, { from: '', where: '' }), vector);
}

/**
 * Only the series whose labels fit. PromQL has no filter over what is calculated: those that fit are marked, joined with
 * the mark, and lose it again.
 */
export function keepFitting(vector: Expression, matchers: readonly LabelMatcher[]): Expression {
  return matchers.reduce((inner, { name, operator, value }): Expression => {
    const where = operator === '=' || operator === '!=' ? escapeRegex(value) : value;
    const left = replace(inner, MARK, '1', { from: name, where });
    const right = replace({ kind: 'call', name: 'vector', given: [{ kind: 'number', value: 1 }] }, MARK, '1', {
      from: '',
      where: '',
    });
    const matching = { on: true, labels: [MARK], many: null, include: [] };
    if (operator === '!=' || operator === '!~')
      return { kind: 'binary', operator: 'unless', bool: false, matching, left, right };
    const fitting: Expression = { kind: 'binary', operator: 'and', bool: false, matching, left, right };
    return replace(fitting, MARK, '', { from: '', where: '' });
  }, vector);
}

function replace(
  vector: Expression,
  name: string,
  value: string,
  { from, where }: { from: string; where: string },
): Expression {
  const texts = [name, value.replaceAll('$', '$$$$'), from, where];
  return {
    kind: 'call',
    name: 'label_replace',
    given: [vector, ...texts.map((text): Expression => ({ kind: 'text', value: text }))],
  };
}

const escapeRegex = (text: string) => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
