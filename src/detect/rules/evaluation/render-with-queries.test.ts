import { describe, expect, it } from 'vitest';
import type { QueryAnswer } from './active-samples.ts';
import { renderWithQueries } from './render-with-queries.ts';

const samples = ['a', 'b'].map((host, index) => ({ labels: { __name__: 'up', host }, value: index }));
const one = (value: number, labels: Record<string, string> = {}): QueryAnswer => ({
  ok: true,
  samples: [{ labels, value }],
});

function stage(answer: (expression: string) => QueryAnswer = () => one(1)) {
  const asked: string[] = [];
  const render = async (annotation: string, label = '') => {
    const options = {
      nowMs: 0,
      externalUrl: '',
      externalLabels: {},
      signal: new AbortController().signal,
      query: async (expression: string) => {
        asked.push(expression);
        return answer(expression);
      },
    };
    const rule = { name: 'A', labels: { said: label }, annotations: { text: annotation } };
    return (await renderWithQueries(rule, samples, options)).map(
      ({ labels, annotations }) => labels['said'] ?? annotations['text'],
    );
  };
  return { asked, render };
}

describe('texts that ask', () => {
  it('are rendered with what came, each query asked once for all alerts', async () => {
    const { asked, render } = stage(() => one(7));
    expect(await render('{{ query "sum(x)" | first | value }}')).toEqual(['7', '7']);
    expect(asked).toEqual(['sum(x)']);
    expect(await render('nothing to ask')).toEqual(['nothing to ask', 'nothing to ask']);
    expect(asked).toHaveLength(1);
  });

  it('may ask of each alert, and build one query upon the answer of another, labels too', async () => {
    const { asked, render } = stage((expression) => one(expression.length, { next: `${expression}+` }));
    const nested =
      '{{ with printf "x{h=%q}" $labels.host | query | first | label "next" | query | first }}{{ .Labels.next }}{{ end }}';
    expect(await render('', nested)).toEqual(['x{h="a"}++', 'x{h="b"}++']);
    expect(asked).toEqual(['x{h="a"}', 'x{h="b"}', 'x{h="a"}+', 'x{h="b"}+']);
  });

  it('say why there is no answer', async () => {
    const { render } = stage(() => ({ ok: false, reason: 'HTTP 503' }));
    for (const text of await render('{{ query "up" | first | value }}'))
      expect(text).toMatch(/<error.*query "up": HTTP 503>/);
  });

  it('never ask without end', async () => {
    const { asked, render } = stage((expression) => one(1, { next: `${expression}+` }));
    const [text] = await render(
      `{{ $q := "x" }}{{ range $n := query "many" }}{{ end }}${'{{ $q = query $q | first | label "next" }}'.repeat(150)}`,
    );
    expect(text).toContain('may ask 100 queries');
    expect(asked).toHaveLength(100);
  });
});
