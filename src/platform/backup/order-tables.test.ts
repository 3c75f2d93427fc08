import fc from 'fast-check';
import { expect, it } from 'vitest';
import { orderTables } from './order-tables.ts';

it('puts every table after those it refers to, whatever the order they are given in', () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
    fc.record({
      names: fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => `t${index}`),
        { minLength: size, maxLength: size },
      ),
      // From a later one to an earlier one (or to itself): no circle.
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1))),
    }),
  );
  fc.assert(
    fc.property(graph, ({ names, edges }) => {
      const references = edges.map(([one, other]) => ({
        from: `t${Math.max(one, other)}`,
        to: `t${Math.min(one, other)}`,
      }));
      const ordered = orderTables(names, references);
      expect([...ordered].sort()).toEqual([...names].sort());
      for (const { from, to } of references) expect(ordered.indexOf(to)).toBeLessThanOrEqual(ordered.indexOf(from));
      expect(orderTables([...names].reverse(), references)).toEqual(ordered);
    }),
  );
});

it('refuses tables that refer to each other in a circle', () => {
  expect(() =>
    orderTables(
      ['a', 'b'],
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'a' },
      ],
    ),
  ).toThrow('a, b');
});
