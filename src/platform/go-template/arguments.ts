import { DURATION } from './values/go-duration.ts';
import { LOCATION, TIME } from './values/go-time.ts';
import { type GoValue, type Maybe, NOTHING, type Parameter } from './values/go-value.ts';

/** How Go names what a parameter takes. */
const GO_NAMES: Readonly<Record<Parameter, string>> = {
  any: 'interface {}',
  string: 'string',
  int: 'int',
  float: 'float64',
  bool: 'bool',
  duration: 'time.Duration',
  time: 'time.Time',
  location: '*time.Location',
  strings: '[]string',
  anys: '[]interface {}',
};

const TAKES: Readonly<Record<Parameter, (value: GoValue) => boolean>> = {
  any: () => true,
  string: ({ type }) => type.name === 'string',
  int: ({ type }) => type.name === 'int',
  float: ({ type }) => type.name === 'float64',
  bool: ({ type }) => type.name === 'bool',
  duration: ({ type }) => type === DURATION,
  time: ({ type }) => type === TIME,
  location: ({ type }) => type === LOCATION,
  // A list of texts of another name is one, too: template.Strings.
  strings: ({ type }) => type.kind === 'slice' && type.element?.name === 'string',
  anys: ({ type }) => type.name === '[]interface {}',
};

const TAKES_NIL = new Set<Parameter>(['any', 'strings', 'anys', 'location']);

export function takesNil(parameter: Parameter): boolean {
  return TAKES_NIL.has(parameter);
}

export function goNameOf(parameter: Parameter): string {
  return GO_NAMES[parameter];
}

/** What is wrong with a value for a parameter; null when nothing is. */
export function judgeArgument(value: Maybe, parameter: Parameter): string | null {
  if (value === NOTHING) return TAKES_NIL.has(parameter) ? null : `invalid value; expected ${GO_NAMES[parameter]}`;
  if (TAKES[parameter](value)) return null;
  return `wrong type for value; expected ${GO_NAMES[parameter]}; got ${value.type.name}`;
}
