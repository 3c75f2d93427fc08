import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseRunbook } from '../parse-runbook.ts';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { unwrapLayouts } from './unwrap-layouts.ts';

afterAll(stopSyntaxThread);

const TICKS = '```';
const fence = `${TICKS}sh\nkubectl delete pod x\n${TICKS}`;
const indented = fence.replace(/^/gm, '    ');
const read = async (text: string) => (await parseRunbook({ file: 'x.md', text })).blocks;

describe('a fence inside the frames of a site', () => {
  it.each<[string, string, number]>([
    ['a quote', `> **Note**\n>\n${fence.replace(/^/gm, '> ')}`, 3],
    ['an admonition', `!!! warning "Careful"\n${indented}`, 2],
    ['a folded admonition', `??? note\n\n${indented}`, 3],
    ['a container', `:::tip\n${fence}\n:::`, 2],
    ['details', `<details>\n<summary>More</summary>\n${fence}\n</details>`, 3],
    ['a tab of MkDocs', `=== "A"\n\n${indented}`, 3],
    ['a list in a list', `- a\n  - b\n\n${fence.replace(/^/gm, '    ')}`, 4],
    ['JSX', `<Tabs>\n<TabItem value="a">\n${fence}\n</TabItem>\n</Tabs>`, 3],
    ['Liquid', '{% highlight bash %}\nkubectl delete pod x\n{% endhighlight %}', 1],
    ['Hugo', '{{< highlight bash >}}\nkubectl delete pod x\n{{< /highlight >}}', 1],
    ['HTML', '<pre><code class="language-bash">kubectl delete pod x\n</code></pre>', 1],
    ['HTML on lines of their own', '<pre>\n<code>\nkubectl delete pod x\n</code>\n</pre>', 1],
    ['TOML above', `+++\ntitle = "x"\n+++\n\n${fence}`, 5],
    ['JSON above', `{\n  "title": "x"\n}\n\n${fence}`, 5],
    ['tildes', '~~~sh\nkubectl delete pod x\n~~~', 1],
    ['five ticks', `${TICKS}${'``'}sh\nkubectl delete pod x\n${TICKS}${'``'}`, 1],
    ['a class for a language', `${TICKS}{.bash .numberLines}\nkubectl delete pod x\n${TICKS}`, 1],
    ['a title behind the language', `${TICKS}bash title="x" {1,3}\nkubectl delete pod x\n${TICKS}`, 1],
    ['indentation alone', 'Text\n\n    kubectl delete pod x', 3],
    ['carriage returns', `# T\r\n\r\n${fence.replaceAll('\n', '\r\n')}`, 3],
    ['a byte order mark', `\uFEFF# T\n\n${fence}`, 3],
  ])('%s is read, and its line is that of the file', async (_, text, line) => {
    const blocks = await read(text);
    expect(blocks.map((block) => [block.line, block.class])).toEqual([[line, 'destroy']]);
  });

  it('keeps the entities of HTML as questions', async () => {
    const document = await parseRunbook({
      file: 'x.md',
      text: '<pre><code>kubectl logs &lt;pod-name&gt;</code></pre>',
    });
    expect(document.inputs.map((input) => input.name)).toEqual(['pod-name']);
  });

  it('says what was to be put in from another file', () => {
    const text = '{% include "a.md" %}\n--8<-- "b.md"\n[[include c.md]]\n{!d.md!}\n!include e.md';
    expect(unwrapLayouts(text).includes.map((each) => each.line)).toEqual([1, 2, 3, 4, 5]);
  });

  it('never changes the number of lines', () => {
    const line = fc.constantFrom(
      '!!! note',
      '=== "A"',
      '    text',
      TICKS,
      '~~~',
      '<details>',
      '{% tab x %}',
      '{% endtab %}',
      '+++',
      '# h',
      '',
      'x',
      ':::',
      '{',
      '}',
      '    ```sh',
      '<pre>',
      '</pre>',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        expect(unwrapLayouts(lines.join('\n')).text.split('\n')).toHaveLength(Math.max(1, lines.length));
      }),
    );
  });
});

describe('buttons behind the end of a fence', () => {
  it.each(['{{exec}}', '{{copy}}', '{{execute interrupt}}'])('%s end it', async (button) => {
    const text = `# P\n\n${TICKS}bash\nls\n${TICKS}${button}\n\nThen:\n\n${TICKS}bash\nrm -rf /srv/x\n${TICKS}\n`;
    const { blocks, inputs } = await parseRunbook({ file: 'x.md', text });
    expect(blocks.map((block) => block.class)).toEqual(['read', 'destroy']);
    expect(inputs).toEqual([]);
  });
});

describe('commands outside of fences', () => {
  it('that only say to wait are waits', async () => {
    const text = '# P\n\n1. Wait 10 minutes.\n2. Wait 5 minutes. Then call the owner.\n3. Aguardar 30 segundos\n';
    const { procedures } = await parseRunbook({ file: 'x.md', text });
    const kinds = procedures.flatMap((each) => each.phases.flatMap((phase) => phase.steps)).map((step) => step.kind);
    expect(kinds).toEqual(['wait', 'manual', 'wait']);
  });

  const steps = async (text: string) => {
    const document = await parseRunbook({ file: 'x.md', text });
    return document.procedures
      .flatMap((each) => each.phases.flatMap((phase) => phase.steps))
      .map((step) => [step.kind, step.risk, step.line]);
  };

  it('in items, bullets and the cells of tables are steps', async () => {
    expect(await steps('# P\n\n1. Run `kubectl get pods`.\n')).toEqual([['shell', 'read', 3]]);
    expect(await steps('# P\n\n- Run `kubectl get pods`\n- Delete the pod: `kubectl delete pod x`\n')).toEqual([
      ['shell', 'read', 3],
      ['shell', 'destroy', 4],
    ]);
    expect(await steps('# P\n\n| Symptom | Command |\n|---|---|\n| disk full | `df -h` |\n')).toEqual([
      ['shell', 'read', 5],
    ]);
  });

  it("for a console are a person's, with their risk", async () => {
    expect(
      await steps(
        '# P\n\n1. In psql run `SELECT pg_terminate_backend(12);`\n2. In a console: `Account.find(3).delete`\n',
      ),
    ).toEqual([
      ['manual', 'destroy', 3],
      ['manual', 'destroy', 4],
    ]);
  });

  it('in sentences that only speak of them are none', async () => {
    expect(
      await steps('# P\n\n- The alert fires when `kubectl get pods` shows that pods are not ready for long.\n'),
    ).toEqual([]);
    expect(await steps('# P\n\n| Command | Meaning |\n|---|---|\n| a word | `value` |\n')).toEqual([]);
  });
});
