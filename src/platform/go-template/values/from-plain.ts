import { ANY_LIST, ANY_MAP, goBool, goFloat, goString, type Maybe, NOTHING } from './go-value.ts';

/** Plain data as `encoding/json` would make it: numbers are floats, objects maps, null nothing. */
export function fromPlain(plain: unknown): Maybe {
  if (plain === null || plain === undefined) return NOTHING;
  if (typeof plain === 'string') return goString(plain);
  if (typeof plain === 'boolean') return goBool(plain);
  if (typeof plain === 'number') return goFloat(plain);
  if (Array.isArray(plain)) return { type: ANY_LIST, value: plain.map(fromPlain) };
  if (typeof plain === 'object')
    return { type: ANY_MAP, value: new Map(Object.entries(plain).map(([key, value]) => [key, fromPlain(value)])) };
  throw new TypeError(`a ${typeof plain} is no data for a template`);
}
