/**
 * Values as Go's template packages see them: with a type, whose name people meet in messages and whose methods they call.
 * Nothing of JavaScript shows through.
 */

export type GoKind = 'string' | 'bool' | 'int' | 'float' | 'slice' | 'map' | 'struct' | 'func' | 'nil';

export type GoType = {
  /** As `%T` prints it: `template.KV`. */
  name: string;
  kind: GoKind;
  /** A list's or map's element type; null for `interface {}`. */
  element: GoType | null;
  methods: Readonly<Record<string, GoFunction>>;
  /** Fields of a struct, in order. */
  fields: readonly string[];
  /** Of a pointer to a struct: the struct. */
  pointee?: GoType;
};

/**
 * By kind: `string` text, `bool` boolean, `int` bigint, `float` number, `slice` GoValue[], `map` Map of text to GoValue,
 * `struct` record of GoValue, or whatever its methods want.
 */
export type GoValue = { readonly type: GoType; readonly value: unknown };

/** What Go calls the zero reflect.Value: there is nothing. Also a nil interface. */
export const NOTHING = null;
export type Maybe = GoValue | typeof NOTHING;

/** What a parameter takes. `any` also takes nothing. */
export type Parameter =
  | 'any'
  | 'string'
  | 'int'
  | 'float'
  | 'bool'
  | 'duration'
  | 'time'
  | 'location'
  | 'strings'
  | 'anys';

/** A function or method. What it throws is its error. A method gets its receiver first. */
export type GoFunction = {
  parameters: readonly Parameter[];
  /** Any number more of these. */
  variadic?: Parameter;
  call(args: Maybe[], context: CallContext): Maybe;
};

/** What a function may use, and what it must pay: templates are other people's. */
export type CallContext = {
  /** Counts work done or text made. @throws TemplateError when there was too much */
  charge(units: number): void;
};

const NO_METHODS = Object.freeze({});

export function defineType(type: Partial<GoType> & Pick<GoType, 'name' | 'kind'>): GoType {
  return { element: null, methods: NO_METHODS, fields: [], ...type };
}

export const STRING = defineType({ name: 'string', kind: 'string' });
export const BOOL = defineType({ name: 'bool', kind: 'bool' });
export const INT = defineType({ name: 'int', kind: 'int' });
export const INT64 = defineType({ name: 'int64', kind: 'int' });
export const BYTE = defineType({ name: 'uint8', kind: 'int' });
export const FLOAT = defineType({ name: 'float64', kind: 'float' });
export const ANY_LIST = defineType({ name: '[]interface {}', kind: 'slice' });
export const ANY_MAP = defineType({ name: 'map[string]interface {}', kind: 'map' });
export const STRING_LIST = defineType({ name: '[]string', kind: 'slice', element: STRING });

const EMPTY = { type: STRING, value: '' } as const;

export function goString(value: string): GoValue {
  return value === '' ? EMPTY : { type: STRING, value };
}
export function goInt(value: number | bigint): GoValue {
  return { type: INT, value: BigInt(value) };
}
export function goFloat(value: number): GoValue {
  return { type: FLOAT, value };
}
export function goBool(value: boolean): GoValue {
  return { type: BOOL, value };
}
export function goStrings(values: readonly string[], type: GoType = STRING_LIST): GoValue {
  return { type, value: values.map(goString) };
}

export function textOf(value: Maybe): string {
  return value?.type.kind === 'string' ? (value.value as string) : '';
}
export function intOf(value: Maybe): bigint {
  return value?.type.kind === 'int' ? (value.value as bigint) : 0n;
}
export function floatOf(value: Maybe): number {
  return value?.type.kind === 'float' ? (value.value as number) : 0;
}
/** Elements of a list; null stands for nil. */
export function itemsOf(value: Maybe): readonly Maybe[] {
  return value?.type.kind === 'slice' ? (value.value as Maybe[]) : [];
}
export function entriesOf(value: Maybe): ReadonlyMap<string, Maybe> {
  return value?.type.kind === 'map' ? (value.value as Map<string, Maybe>) : new Map();
}
export function fieldOf(value: GoValue, name: string): Maybe {
  return (value.value as Record<string, Maybe>)[name] ?? NOTHING;
}

/** Map keys in the order Go visits them in templates and prints them: by their bytes. */
export function sortedKeys(map: ReadonlyMap<string, unknown>): string[] {
  return [...map.keys()].sort(compareBytes);
}

/** The order of two texts by their UTF-8 bytes, which is that of their code points. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    // A surrogate stands for a code point above all others.
    const isHigh = (code: number) => code >= 0xd800 && code <= 0xdfff;
    if (isHigh(a) !== isHigh(b)) return isHigh(a) ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}

/** What a pointer leads to; anything else is itself. */
export function indirect(value: Maybe): Maybe {
  return value?.type.pointee ? { type: value.type.pointee, value: value.value } : value;
}

/** The zero value of a type; nothing for an interface. */
export function zeroOf(type: GoType | null): Maybe {
  if (type === null) return NOTHING;
  switch (type.kind) {
    case 'string':
      return { type, value: '' };
    case 'bool':
      return { type, value: false };
    case 'int':
      return { type, value: 0n };
    case 'float':
      return { type, value: 0 };
    case 'slice':
      return { type, value: [] };
    case 'map':
      return { type, value: new Map() };
    default:
      return NOTHING;
  }
}

/** Whether a value counts as true: neither zero nor empty. */
export function isTrue(value: Maybe): boolean {
  if (value === NOTHING) return false;
  switch (value.type.kind) {
    case 'string':
      return value.value !== '';
    case 'bool':
      return value.value === true;
    case 'int':
      return value.value !== 0n;
    case 'float':
      return value.value !== 0;
    case 'slice':
      return (value.value as unknown[]).length > 0;
    case 'map':
      return (value.value as Map<unknown, unknown>).size > 0;
    default:
      return true;
  }
}
