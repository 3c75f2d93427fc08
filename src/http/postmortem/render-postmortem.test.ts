import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Postmortem } from '../../contract/incident-postmortem.ts';
import { MOMENT_WORDS, renderPostmortemMarkdown } from '../../respond/incidents/index.ts';
import { renderPostmortemPage } from './render-postmortem-page.ts';
import { renderProse } from './render-prose.ts';

const ELEMENTS = /<\/?(?:p|ul|li|h3|pre|code|strong|br)>/g;

describe('prose of people', () => {
  it.each([
    ['one\ntwo\n\nthree', '<p>one<br>\ntwo</p>\n<p>three</p>'],
    ['- a\n* b\ntext', '<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>text</p>'],
    [
      '## Why\nit **broke** with `rm -rf <x>`',
      '<h3>Why</h3>\n<p>it <strong>broke</strong> with <code>rm -rf &#60;x&#62;</code></p>',
    ],
    ['```sh\necho "<b>"\n- no item\n```\nafter', '<pre>echo &#34;&#60;b&#62;&#34;\n- no item</pre>\n<p>after</p>'],
    ['```\nnever ended', '<pre>never ended</pre>'],
    ['<img src=x onerror=alert(1)>', '<p>&#60;img src=x onerror=alert(1)&#62;</p>'],
    ['', ''],
  ])('%j', (text, html) => {
    expect(renderProse(text)).toBe(html);
  });

  it('is never more than text and a handful of elements without attributes, and loses no word', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '`',
      '```',
      '**',
      '*',
      '- ',
      '# ',
      '\n',
      '\r',
      ' ',
      'word',
      '<script>',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        const html = renderProse(text);
        expect(html.replace(ELEMENTS, '')).not.toMatch(/[<>"']/);
        const fenced = text.includes('```');
        const words = (from: string) => from.split('word').length;
        if (!fenced) expect(words(html)).toBe(words(text));
      }),
    );
  });

  it('takes no longer for what is made to take long', () => {
    for (const bad of ['`', '**', '*', '- ', '```\n', '# ', '[', '<'])
      expect(renderProse(bad.repeat(20_000 / bad.length)).length).toBeLessThan(1_000_000);
  });
});

const postmortem = (given: Partial<Postmortem>): Postmortem => ({
  incidentId: 'inc_1',
  number: 'INC-20260301-001',
  title: 'Shop is down',
  status: 'resolved',
  severity: {
    rank: 1,
    label: 'SEV1',
    scheme: 'idp',
    respondWithinMs: 300_000,
    resolveWithinMs: null,
    updateEveryMs: null,
  },
  startedAt: '2026-03-01T10:00:00.000Z',
  durationMs: 42 * 60_000,
  version: 1,
  writtenAt: null,
  writtenBy: null,
  summary: '',
  services: [],
  timeline: [],
  rootCause: '',
  resolution: '',
  actionItems: [],
  evidence: [],
  ...given,
});

describe('a report', () => {
  it('has its parts in Markdown, and says what nobody has written yet', () => {
    const timeline = [
      { at: '2026-03-01T10:00:00.000Z', moment: 'alert' as const, text: 'Shop *down*' },
      { at: '2026-03-01T10:42:00.000Z', moment: 'note' as const, text: 'Called\nthe vendor' },
    ];
    expect(
      renderPostmortemMarkdown(
        postmortem({ timeline, actionItems: [{ text: 'Fix', owner: null, due: null, done: true }] }),
        null,
      ),
    ).toBe(
      `# INC-20260301-001: Shop is down

### Summary
- **Date/Time**: 2026-03-01 10:00 UTC
- **Duration**: 42 minutes
- **Severity**: SEV1
- **Services Affected**: not known

### Timeline
- 10:00 - Alert triggered: Shop \\*down\\*
- 10:42 - Called the vendor

### Root Cause
_Not written yet._

### Resolution
_Not written yet._

### Action Items
- [x] Fix
`,
    );
  });

  it('tells the day where the story is longer than one', () => {
    const at = (day: number) => ({ at: `2026-03-0${day}T10:00:00.000Z`, moment: 'note' as const, text: 'x' });
    const text = renderPostmortemMarkdown(postmortem({ timeline: [at(1), at(2)] }), null);
    expect(text).toContain('- 2026-03-02 10:00 - x');
    expect(Object.keys(MOMENT_WORDS)).toHaveLength(6);
  });

  it('ends with its evidence, with addresses where Holdfast has one', () => {
    const evidence = [
      { kind: 'run' as const, text: 'Run <b> failed', ref: 'run_0123456789', url: null },
      { kind: 'anomaly' as const, text: 'Strange', ref: 'fnd_0123456789', url: null },
      { kind: 'link' as const, text: 'the graph', ref: null, url: 'https://graphs.example.com/?a=1&b="2"' },
    ];
    const text = (baseUrl: string | null) =>
      renderPostmortemMarkdown(postmortem({ evidence }), baseUrl).split('### Evidence\n')[1];
    expect(
      text('https://ops.example.com/'),
    ).toBe(`- Run: Run \\<b\\> failed (<https://ops.example.com/runs/run_0123456789>)
- Anomaly: Strange (<https://ops.example.com/findings/fnd_0123456789>)
- Link: the graph (<https://graphs.example.com/?a=1&b="2">)
`);
    expect(text(null)).toContain('Run \\<b\\> failed (run_0123456789)');
    const html = renderPostmortemPage(postmortem({ evidence }), 'https://ops.example.com');
    expect(html).toContain('<a href="https://ops.example.com/findings/fnd_0123456789" rel="noreferrer">');
    expect(html).toContain('Run: Run &#60;b&#62; failed');
    expect(html).not.toContain('b="2"');
  });

  it('as a page holds no element that the record or a person brought along', () => {
    const text = fc.constantFrom('<script>x</script>', '"onload="x', "'><b>", '</td><td>', '&lt;', 'plain');
    fc.assert(
      fc.property(text, text, text, (one, two, three) => {
        const html = renderPostmortemPage(
          postmortem({
            title: one,
            services: [two],
            rootCause: three,
            timeline: [{ at: '2026-03-01T10:00:00.000Z', moment: 'note', text: three }],
            actionItems: [{ text: two, owner: one, due: '2026-03-02', done: false }],
          }),
          null,
        );
        expect(html).not.toMatch(/<script|<b>|"onload/);
        expect(html.match(/<td>/g)).toHaveLength(3 + 1 + 3 + 1);
      }),
    );
  });
});
