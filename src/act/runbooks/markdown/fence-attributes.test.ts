import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { readFenceAttributes } from './fence-attributes.ts';

const at = { file: 'x.md', line: 7 };
const read = (info: string) => readFenceAttributes(info, at);

describe('the attributes of a fence', () => {
  it('say what the author wants', () => {
    expect(
      read(
        '{name=promote risk=change approve=2 timeout=5m retry=2 idempotent=true verify=check-live rollback=undo target=shop-db choice=how:fast when=how:slow}',
      ),
    ).toEqual({
      name: 'promote',
      risk: 'change',
      approve: 2,
      timeoutMs: 300_000,
      retry: 2,
      idempotent: true,
      verify: 'check-live',
      rollback: 'undo',
      target: 'shop-db',
      choice: { group: 'how', option: 'fast' },
      when: { group: 'how', option: 'slow' },
    });
  });

  it('may be quoted, separated by commas, or JSON', () => {
    expect(read(`{ name="a-b", timeout='90s' }`)).toEqual({ name: 'a-b', timeoutMs: 90_000 });
    expect(read('{"name":"a","risk":"read"}')).toEqual({ name: 'a', risk: 'read' });
    expect(read('{ignore}')).toEqual({ ignore: true });
  });

  it.each([
    '',
    'title="x.sh"',
    '{1,3-5}',
    '{.line-numbers}',
    '{linenos=table,hl_lines=[8]}',
    '{"id":"01H","background":"true"}',
    '{{ .Values.x }}',
  ])('of other tools mean nothing here: %s', (info) => {
    expect(read(info)).toEqual({});
  });

  it.each([
    ['{risk=low}', 'A risk is one of'],
    ['{approve=many}', 'whole number'],
    ['{approve=99}', 'whole number'],
    ['{timeout=soon}', 'duration'],
    ['{idempotent=maybe}', 'true or false'],
    ['{name="two words"}', 'step name'],
    ['{aprove=2}', 'Attributes are'],
    ['{timeuot=5m}', 'Attributes are'],
    ['{name=x shell=zsh}', 'Attributes are'],
    ['{lock=-x}', 'A name is letters'],
    ['{"name": promote}', 'JSON'],
  ])('that say something they may not name the line and what to do: %s', (info, hint) => {
    try {
      read(info);
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(HoldfastError);
      expect(thrown).toMatchObject({
        code: 'runbook.invalid',
        kind: 'invalid',
        message: expect.stringContaining('x.md:7:') as string,
        hint: expect.stringContaining(hint) as string,
      });
    }
  });
});
