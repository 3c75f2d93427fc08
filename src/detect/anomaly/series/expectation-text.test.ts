import { expect, it } from 'vitest';
import { expectationText } from './expectation-text.ts';

it('says where a value was expected, and what else is strange of one that lies there', () => {
  expect(expectationText(90, [10, 20])).toBe('expected 10 to 20');
  expect(expectationText(9.99, [10, 20])).toBe('expected 10 to 20');
  expect(expectationText(10, [10, 20])).toBe('within the expected 10 to 20, but changed as it seldom does');
  expect(expectationText(10, null)).toBe('');
});
