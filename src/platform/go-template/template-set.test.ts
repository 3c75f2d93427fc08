import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILTINS } from './builtins.ts';
import { formatFloat } from './fmt/format-float.ts';
import { createTemplateSet, judgeTemplateSyntax } from './template-set.ts';
import { fromPlain } from './values/from-plain.ts';
import { formatDuration } from './values/go-duration.ts';
import { goTimeFromMs, timeOf } from './values/go-time.ts';
import { formatTime, parseTime } from './values/time-layout.ts';
import { loadZone } from './values/time-zones.ts';

const set = createTemplateSet({});
const render = (text: string, data: unknown = null, limits = {}) => set.render(text, fromPlain(data), { limits });

describe('a hostile template', () => {
  it.each<[string, string, object]>([
    ['calls itself', '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}', {}],
    ['counts without end', '{{ range 999999999999 }}{{ end }}', { mostSteps: 100_000 }],
    [
      'counts within counting',
      '{{ range 9999 }}{{ range 9999 }}{{ range 9999 }}{{ end }}{{ end }}{{ end }}',
      { mostSteps: 100_000 },
    ],
    ['prints without end', '{{ range 999999 }}0123456789{{ end }}', { mostOutputBytes: 10_000 }],
    ['pads', '{{ range 100 }}{{ $x := printf "%999999d" 1 }}{{ end }}', { mostSteps: 1_000_000 }],
    [
      'doubles a text',
      '{{ $x := "0123456789" }}{{ range 99 }}{{ $x = printf "%s%s" $x $x }}{{ end }}',
      { mostSteps: 1_000_000 },
    ],
    [
      'doubles what it prints',
      '{{ $x := . }}{{ range 99 }}{{ $x = printf "%v %v" $x $x }}{{ end }}',
      { mostSteps: 1_000_000 },
    ],
  ])('that %s is stopped, and told by which limit', (_what, text, limits) => {
    expect(() => render(text, ['a', { b: 'c' }], limits)).toThrow(
      /^template: .*(exceeded maximum template depth \(200\)|takes more than \d+ steps|prints more than \d+ bytes)$/,
    );
  });

  it('nested deeply is refused where it is read', () => {
    expect(() => render(`{{ ${'('.repeat(10_000)}1${')'.repeat(10_000)} }}`)).toThrow('nested deeper than 200 levels');
    expect(() => render(`${'{{ if 1 }}'.repeat(10_000)}${'{{ end }}'.repeat(10_000)}`)).toThrow(
      'nested deeper than 200 levels',
    );
    expect(() => render(`{{ .${'a.'.repeat(50_000)}a }}`, { a: null })).toThrow(
      'nil pointer evaluating interface {}.a',
    );
  });

  it('reaches nothing of JavaScript', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(render(`{{ .${name} }}|{{ index . "${name}" }}`, { a: 1 })).toBe('<no value>|<no value>');
    expect(() => render('{{ .a.constructor }}', { a: 'x' })).toThrow("can't evaluate field constructor in type string");
    expect(judgeTemplateSyntax('{{ constructor }}', {})).toBe('template: :1: function "constructor" not defined');
    expect(Object.keys(BUILTINS)).toHaveLength(19);
  });
});

describe('definitions', () => {
  it('replace earlier ones of their name, but not with nothing', () => {
    const own = createTemplateSet({});
    own.add('a', '{{ define "x" }}1{{ end }}{{ define "y" }}1{{ end }}');
    own.add('b', '{{ define "x" }}2{{ end }}{{ define "y" }}  {{ end }}');
    expect(own.render('{{ template "x" }}{{ template "y" }}', null)).toBe('21');
    expect(own.render('{{ define "x" }}3{{ end }}{{ template "x" }}', null)).toBe('3');
    expect(own.render('{{ template "x" }}', null)).toBe('2');
    expect(own.has('x')).toBe(true);
  });
});

describe('numbers', () => {
  it('read back as what they were', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        for (const verb of ['e', 'f', 'g']) expect(Number(formatFloat(value, verb, null))).toBe(value);
      }),
    );
  });

  it.each<[number, string, number | null, string]>([
    [1e6, 'g', null, '1e+06'],
    [100_000, 'g', null, '100000'],
    [1e-5, 'g', null, '1e-05'],
    [1_234_567, 'g', 4, '1.235e+06'],
    [0.1 + 0.2, 'g', null, '0.30000000000000004'],
    [2.5, 'f', 0, '2'],
    [1e22, 'f', 2, '10000000000000000000000.00'],
    [-0, 'g', null, '-0'],
    [2.5, 'x', null, '0x1.4p+01'],
    [Number.POSITIVE_INFINITY, 'f', 1, '+Inf'],
  ])('%d as %s with precision %s is %s', (value, verb, precision, shown) => {
    expect(formatFloat(value, verb, precision)).toBe(shown);
  });
});

describe('times', () => {
  it.each<[bigint, string]>([
    [0n, '0s'],
    [1n, '1ns'],
    [1_500n, '1.5µs'],
    [2_000_000n, '2ms'],
    [1_500_000_000n, '1.5s'],
    [61_000_000_000n, '1m1s'],
    [-3_600_000_000_000n, '-1h0m0s'],
    [90_061_000_000_001n, '25h1m1.000000001s'],
  ])('a duration of %d ns is %s', (nanoseconds, shown) => {
    expect(formatDuration(nanoseconds)).toBe(shown);
  });

  it('are read back from what they were written as', () => {
    const instants = fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 });
    const layouts = fc.constantFrom(
      '2006-01-02T15:04:05.000Z07:00',
      'Jan 2 2006 3:04:05.000 PM -0700',
      '02/01/2006 15:04:05.000000 -07:00',
    );
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns');
    fc.assert(
      fc.property(instants, layouts, zones, (at, layout, zoneName) => {
        const zone = loadZone(zoneName);
        const written = formatTime({ ...timeOf(goTimeFromMs(at)), zone: zone ?? expect.fail() }, layout);
        // Before zones were agreed on, offsets had seconds, which these layouts leave out.
        fc.pre(at > 0);
        expect(parseTime(layout, written)?.epochNs).toBe(BigInt(at) * 1_000_000n);
      }),
    );
  });

  it('that are none are refused', () => {
    expect(parseTime('1'.repeat(150), `${'1'.repeat(150)}x`)).toBeNull();
    for (const text of ['2026-02-30', '2026-13-01', '26-01-01', '2026-01-01x', ''])
      expect(parseTime('2006-01-02', text)).toBeNull();
  });
});

describe('a page', () => {
  const page = (text: string, data: unknown = null) => set.render(text, fromPlain(data), { html: true });

  it('never lets a value end the place where it stands', () => {
    const places: [place: string, never: RegExp][] = [
      ['<p>%</p>', /[<>]/],
      ['<title>%</title>', /[<>]/],
      ['<p title="%">', /[<>"]/],
      ["<p title='%'>", /[<>']/],
      ['<p title=%>', /[<>"'`= \n]/],
      ['<a href="%">', /[<>"\s]|^javascript:/],
      ['<a href="/x?q=%">', /[<>"\s&]/],
      ['<p style="color: %">', /[<>"(]/],
      ['<p onclick="f(%)">', /[<>"]/],
      ['<script>x = %</script>', /[<>\u2028]/],
      ['<script>x = "%"</script>', /[<>"\n\u2028]/],
      ['<style>p { color: % }</style>', /[<>};]/],
    ];
    const parts = fc.constantFrom(
      '"',
      "'",
      '<',
      '>',
      '&',
      '</script>',
      '</title>',
      ' ',
      '=',
      'javascript:',
      '`',
      '\\',
      '/',
      '*/',
      '}',
      ';',
      '-->',
      'a',
      '\n',
      '\u2028',
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.array(parts), ([place, never], value) => {
        const printed = page(place.replace('%', '{{ . }}'), value.join(''));
        const [before = '', after = ''] = place.split('%');
        expect(printed.startsWith(before)).toBe(true);
        expect(printed.endsWith(after)).toBe(true);
        expect(printed.slice(before.length, printed.length - after.length)).not.toMatch(never);
      }),
      { numRuns: 1_000 },
    );
  });
});
