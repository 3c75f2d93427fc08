import { afterAll, describe, expect, it } from 'vitest';
import { planSchema } from '../../contract/runbook.ts';
import { loadSubrunbooks } from './inline-subrunbooks.ts';
import { parseRunbook } from './parse-runbook.ts';
import { planProcedure } from './plan-procedure.ts';
import { stopSyntaxThread } from './syntax/parse-syntax.ts';

afterAll(stopSyntaxThread);

const TICKS = '```';
const fence = (info: string, text: string) => `${TICKS}${info}\n${text}\n${TICKS}\n`;
const runbook = (...fences: string[]) => `# P\n\n${fences.join('\n')}`;

/** Plans the first of these documents; the others can be called by their names. */
async function plan(
  documents: Record<string, string> | string,
  inputs: Record<string, string> = {},
  procedure: string | undefined = undefined,
) {
  const files = typeof documents === 'string' ? { 'x.md': documents } : documents;
  const read = async (file: string) => {
    const text = files[file];
    if (text === undefined) throw new Error(`no ${file}`);
    return parseRunbook({ file, text });
  };
  const document = await read(Object.keys(files)[0]!);
  const planned = planProcedure({ document, procedure, inputs, others: await loadSubrunbooks(document, read) });
  expect(planSchema.parse(planned)).toEqual(planned);
  return planned;
}
const steps = async (...fences: string[]) => (await plan(runbook(...fences))).steps;

describe('parallel', () => {
  it('takes its parts out of the sequence and is as risky as the riskiest of them', async () => {
    const planned = await steps(
      fence('sh {name=look}', 'kubectl get pods'),
      fence('parallel', 'steps: [a, b]\nat-once: 2'),
      fence('sh {name=a}', 'kubectl delete pod x'),
      fence('sh {name=last}', 'uptime'),
      fence('sh {name=b approve=2}', 'kubectl rollout restart deploy/x'),
    );
    expect(planned.map((step) => [step.id, step.kind, step.risk, step.approvals, step.within])).toEqual([
      ['look', 'shell', 'read', 0, undefined],
      [expect.stringContaining('p.'), 'parallel', 'destroy', 2, undefined],
      ['a', 'shell', 'destroy', 1, planned[1]!.id],
      ['b', 'shell', 'change', 2, planned[1]!.id],
      ['last', 'shell', 'read', 0, undefined],
    ]);
    expect(planned[1]!.action).toEqual({ kind: 'parallel', members: ['a', 'b'], atOnce: 2 });
  });

  it.each([
    ['steps: [nine]', '`nine` names no step of this procedure'],
    ['steps: [a, ask]', '`ask` is manual, which cannot be a part of parallel'],
    ['steps: [a, b]', 'two parts of it share the verify or rollback see'],
    ['at-once: 2', 'it names no steps'],
    ['steps: [a]\nat-once: 99', '`at-once` is no number of steps'],
    ['steps: [held]', '`held` has a lock of its own'],
    ['steps: [see]', "`see` is another step's verify or rollback"],
  ])('refuses %j', async (text, problem) => {
    const others = [
      fence('sh {name=a verify=see}', 'x'),
      fence('sh {name=b verify=see}', 'x'),
      fence('sh {name=see}', 'uptime'),
      fence('manual {name=ask}', 'look'),
      fence('sh {name=held lock=l}', 'x'),
    ];
    await expect(steps(fence('parallel', text), ...others)).rejects.toThrow(problem);
  });
});

describe('foreach', () => {
  const restart = fence('sh {name=restart}', 'systemctl --host "$HOST" restart app');

  it('asks for its items and not for the item', async () => {
    const planned = await plan(runbook(fence('foreach', 'in: <hosts>\nas: HOST\nsteps: [restart]'), restart));
    expect(planned.missingInputs).toEqual(['hosts']);
    expect(planned.steps.map((step) => step.action)).toMatchObject([
      { kind: 'foreach', items: '{{hosts}}', as: 'HOST', members: ['restart'], atOnce: 1 },
      { kind: 'shell', parameters: { HOST: 'HOST' } },
    ]);
  });

  it('goes over what an earlier step found, or over a list', async () => {
    const found = await plan(
      runbook(fence('sh', 'HOSTS=$(cat hosts)'), fence('foreach', 'in: $HOSTS\nas: HOST\nsteps: [restart]'), restart),
    );
    expect(found.missingInputs).toEqual([]);
    expect(found.steps.map((step) => step.action)).toMatchObject([
      { carries: ['HOSTS'] },
      { items: '{{HOSTS}}' },
      { kind: 'shell' },
    ]);
    const listed = await plan(runbook(fence('foreach', 'in: [a, b]\nas: HOST\nsteps: [restart]\nat-once: 2'), restart));
    expect(listed.steps[0]!.action).toMatchObject({ items: 'a b', atOnce: 2 });
  });

  it('goes over targets where a step of it runs on its item', async () => {
    const onEach = fence('sh {name=restart target=$HOST}', 'sudo systemctl restart app');
    const planned = await plan(runbook(fence('foreach', 'in: [web-1, web-2]\nas: HOST\nsteps: [restart]'), onEach));
    expect(planned.missingInputs).toEqual([]);
    expect(planned.steps.map((step) => step.target)).toEqual([null, '{{HOST}}']);
    await expect(steps(fence('sh {target=$OTHER}', 'uptime'))).rejects.toThrow(
      'names neither a declared input nor the items of a foreach',
    );
  });

  it.each([
    ['in: [a]\nsteps: [restart]', 'does not say what its steps call an item'],
    ['as: HOST\nsteps: [restart]', 'a foreach fence has no items'],
    ['in: [a]\nas: HOST', 'it names no steps'],
    ['in: [a]\nas: HOST\nsteps: [restart]\nfor: x', '`for` means nothing here'],
  ])('refuses %j', async (text, problem) => {
    await expect(steps(fence('foreach', text), restart)).rejects.toThrow(problem);
  });
});

describe('subrunbook', () => {
  const drain = `# Drain\n${fence('sh {name=drain verify=empty}', 'kubectl drain <node>')}${fence('sh {name=empty}', 'kubectl get pods --field-selector spec.nodeName=<node>')}${fence('wait', '1m')}`;
  const caller = (set: string) =>
    runbook(fence('subrunbook {name=first}', `runbook: nodes/drain.md\n${set}`), fence('sh', 'uptime'));

  it('puts the steps of the other runbook in its place, with its inputs', async () => {
    const planned = await plan({ 'x.md': caller(''), 'nodes/drain.md': drain });
    expect(planned.missingInputs).toEqual(['node']);
    expect(planned.steps.map((step) => [step.id, step.kind, step.risk])).toEqual(
      [
        ['first', 'subrunbook', null],
        ['first/drain', 'shell', 'destroy'],
        ['first/drain.2', 'wait', null],
        ['p.2', 'shell', 'read'],
      ].map((row) =>
        row[0] === 'first/drain.2'
          ? [expect.stringMatching(/^first\//), 'wait', null]
          : [expect.any(String), ...row.slice(1)],
      ),
    );
    expect(planned.steps[1]).toMatchObject({ id: 'first/drain', verify: 'first/empty' });
    expect(planned.helpers.map((step) => step.id)).toEqual(['first/empty']);
    expect(planned.steps[0]!.action).toMatchObject({
      runbook: 'nodes/drain.md',
      procedure: 'drain',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('gives its inputs a text or an input of the caller', async () => {
    const fixed = await plan({ 'x.md': caller('set: {node: web-1}'), 'nodes/drain.md': drain });
    expect([fixed.missingInputs, fixed.inputs]).toEqual([[], { 'first/node': 'web-1' }]);
    expect(fixed.steps[1]!.action).toMatchObject({ parameters: { INPUT_NODE: 'first/node' } });
    const named = await plan(
      { 'x.md': caller('set: {node: <machine>}'), 'nodes/drain.md': drain },
      { machine: 'web-2' },
    );
    expect(named.inputs).toEqual({ machine: 'web-2' });
    expect(named.steps[1]!.action).toMatchObject({ parameters: { INPUT_NODE: 'machine' } });
    await expect(plan({ 'x.md': caller('set: {host: a}'), 'nodes/drain.md': drain })).rejects.toThrow(
      '`host` is no input of nodes/drain.md',
    );
  });

  it('changes the plan with the other file, and refuses what leads back to itself', async () => {
    const before = await plan({ 'x.md': caller(''), 'nodes/drain.md': drain });
    const after = await plan({ 'x.md': caller(''), 'nodes/drain.md': `${drain}\nMore words.` });
    expect(after.planHash).not.toBe(before.planHash);
    await expect(
      plan({
        'x.md': caller(''),
        'nodes/drain.md': `# Drain\n${fence('subrunbook', 'runbook: ./again.md')}`,
        'nodes/again.md': `# A\n${fence('subrunbook', 'runbook: x.md')}`,
      }),
    ).rejects.toThrow('x.md → nodes/drain.md → nodes/again.md → x.md');
  });
});

describe('a procedure that calls another of its own document', () => {
  const document = (last: string) =>
    `# Shop\n\n## Look\n\n${fence('sh', 'uptime')}\n## Restart\n\n${fence('subrunbook', 'runbook: ./x.md#look')}${fence('sh', 'systemctl restart shop')}\n## All\n\n${fence('subrunbook', 'runbook: ./x.md#restart')}${last}`;
  const planAll = (text: string) => plan({ 'x.md': text }, {}, 'all');

  it('has its steps, and those that it calls', async () => {
    const { steps } = await planAll(document(''));
    expect(steps.map(({ kind }) => kind)).toEqual(['subrunbook', 'subrunbook', 'shell', 'shell']);
  });

  it('may not lead back to itself', async () => {
    const text = document(fence('subrunbook', 'runbook: ./x.md#all'));
    await expect(planAll(text)).rejects.toThrow('x.md#all → x.md#all');
  });
});

describe('other kinds and attributes', () => {
  it('a lock, a gate and a template are steps', async () => {
    const planned = await steps(
      fence('lock', 'shop-db'),
      fence(
        'metric-gate {target=prom}',
        'query: sum(rate(errors{job="<job>"}[5m])) < 1\nfor: 10m\nwithin: 30m\nevery: 1m',
      ),
      fence('template', 'Down since <time>'),
    );
    expect(planned.map((step) => [step.kind, step.risk, step.action])).toEqual([
      ['lock', null, { kind: 'lock', name: 'shop-db' }],
      [
        'metric-gate',
        'check',
        {
          kind: 'metric-gate',
          query: 'sum(rate(errors{job="{{job}}"}[5m])) < 1',
          forMs: 600_000,
          everyMs: 60_000,
          withinMs: 1_800_000,
        },
      ],
      ['template', null, { kind: 'template', text: 'Down since {{time}}' }],
    ]);
    expect(planned[1]).toMatchObject({ target: 'prom', timeoutMs: 1_805_000 });
  });

  it('a gate takes its times from inputs, and is no plan with one that is no time', async () => {
    const gate = (times: string) => runbook(fence('metric-gate {target=prom}', `query: up\n${times}`));
    const gateOf = async (text: string, inputs: Record<string, string>) => (await plan(text, inputs)).steps[0]!;
    const both = await gateOf(gate('for: <watch>\nwithin: <patience>'), { watch: '90s', patience: '5m' });
    expect(both).toMatchObject({ action: { forMs: 90_000, withinMs: 300_000 }, timeoutMs: 305_000 });
    expect(both.action).not.toHaveProperty('unknownTimes');
    // Without `within` it must hold from the first look on.
    const alone = await gateOf(gate('for: $WATCH'), { WATCH: '90s' });
    expect(alone.action).toMatchObject({ forMs: 90_000, withinMs: 90_000 });
    const open = await plan(gate('for: <watch>'));
    expect(open.missingInputs).toEqual(['watch']);
    expect(open.steps[0]!.action).toMatchObject({ unknownTimes: { for: '{{watch}}', within: '{{watch}}' } });
    await expect(gateOf(gate('for: <watch>'), { watch: 'soon' })).rejects.toThrow('"soon" is no duration');
    await expect(gateOf(gate('for: <watch>\nwithin: 1m'), { watch: '2m' })).rejects.toThrow(
      'longer than there is time',
    );
    const called = await plan(
      {
        'x.md': runbook(fence('subrunbook {name=call}', 'runbook: ./y.md\nset: {watch: <time>}')),
        'y.md': gate('for: <watch>'),
      },
      { time: '7s' },
    );
    expect(called.steps[1]!.action).toMatchObject({ forMs: 7_000, withinMs: 7_000 });
  });

  it.each([
    ['metric-gate', 'for: 5m', 'has no query'],
    ['metric-gate', 'query: up\nfor: 5m\nwithin: 1m', '`within` is shorter than `for`'],
    ['lock', 'a b', 'names no lock'],
    ['subrunbook', 'runbook: /etc/x.md', 'names no runbook'],
    ['sh {until=nine}', 'uptime', '`until=nine` names no step of this procedure'],
    ['sh {secrets="a b"}', 'uptime', '`secrets=a b` cannot be understood'],
    ['sh {every=soon}', 'uptime', '`every=soon` cannot be understood'],
  ])('%s with %j is refused', async (info, text, problem) => {
    await expect(steps(fence(info, text))).rejects.toThrow(problem);
  });

  it('every and until repeat a step within its time', async () => {
    const planned = await steps(
      fence('sh {name=poke every=20s until=well timeout=2m}', './poke.sh'),
      fence('sh {name=well}', 'curl -f http://x/health'),
    );
    expect(planned[0]).toMatchObject({ verify: 'well', retry: { attempts: 6, delayMs: 20_000 }, timeoutMs: 120_000 });
  });

  it('what a step is given by name is no question', async () => {
    const planned = await plan(
      runbook(
        fence('sh {secrets=DB_PASSWORD env=staging lock=db}', 'mysqldump -p"$DB_PASSWORD" -h "$DB_HOST" shop > dump'),
      ),
    );
    expect(planned.missingInputs).toEqual(['DB_HOST']);
    expect(planned.steps[0]).toMatchObject({ secrets: ['DB_PASSWORD'], environment: 'staging', lock: 'db' });
  });
});

describe('variables', () => {
  it('set in one fence and used in a later one are handed on, and only those', async () => {
    const planned = await steps(
      fence('sh', 'POD=$(kubectl get pod -l app=x -o name | head -1)\nUNUSED=1\necho "$POD"'),
      fence('sh', 'kubectl logs "$POD"'),
      fence('sh', 'POD=other\nkubectl logs "$POD"'),
      fence('sh', 'POD="$POD-2"; kubectl logs "$POD"'),
    );
    expect(planned.map(({ action }) => (action.kind === 'shell' ? [action.carries, action.parameters] : []))).toEqual([
      [['POD'], {}],
      [undefined, { POD: 'POD' }],
      [['POD'], {}],
      [undefined, { POD: 'POD' }],
    ]);
    expect(planned[1]!.inputs).toEqual(['POD']);
  });

  it('are handed on to where bash calculates with them, too', async () => {
    const planned = await steps(
      fence('sh', 'BEGUN=$(date +%s)'),
      fence('sh', 'sleep 1; echo "$(( ($(date +%s) - BEGUN) * 1000 )) ms"'),
    );
    expect(planned.map(({ inputs }) => inputs)).toEqual([[], ['BEGUN']]);
  });

  it('that a step reads from a file itself are its own, whatever an earlier one left in them', async () => {
    const planned = await steps(
      fence('sh', 'while read -r HOST; do ping -c 1 "$HOST"; done < hosts'),
      fence('sh', 'while read -r HOST; do dig "$HOST"; done < hosts'),
    );
    expect(planned.map(({ inputs }) => inputs)).toEqual([[], []]);
  });
});

describe('a checklist whose points end in commands', () => {
  const read = (text: string) => steps(text);

  it('asks for each once: as the command, under the words of the point', async () => {
    const planned = await read(
      `- [ ] Pods are up:\n  ${TICKS}sh\n  kubectl get pods\n  ${TICKS}\n- [ ] Tell the team\n- [ ] Restart it:\n  ${TICKS}sh\n  kubectl rollout restart deploy/x\n  ${TICKS}\n`,
    );
    expect(planned.map((step) => [step.kind, step.title])).toEqual([
      ['shell', 'Pods are up'],
      ['manual', 'Tell the team'],
      ['shell', 'Restart it'],
    ]);
  });

  it('keeps a point whose fence runs nothing', async () => {
    const planned = await read(`- [ ] The settings are these:\n  ${TICKS}yaml\n  a: 1\n  ${TICKS}\n`);
    expect(planned.map((step) => [step.kind, step.title])).toEqual([['manual', 'The settings are these']]);
  });
});

describe('an item of a list', () => {
  const stepsOf = async (text: string) => {
    const document = await parseRunbook({ file: 'x.md', text: `# P\n\n${text}` });
    return document.procedures.flatMap((each) => each.phases.flatMap((phase) => phase.steps));
  };

  it('is done by the commands that are paragraphs of their own in it', async () => {
    const found = await stepsOf(
      '1. Look at it.\n\n   `kubectl get pods`\n\n   `kubectl get nodes`\n\n2. File\n\n   `config.yaml`\n',
    );
    expect(found.map((step) => [step.number, step.kind, step.body, step.line])).toEqual([
      ['1.1', 'shell', 'kubectl get pods', 5],
      ['1.2', 'shell', 'kubectl get nodes', 7],
      ['2', 'manual', 'File', 9],
    ]);
  });

  it('waits where one of its points says so, between what is done before and after', async () => {
    const found = await stepsOf('1. Move\n   - tell people\n   - Wait 10 minutes\n   - look at the graphs\n');
    expect(found.map((step) => [step.number, step.kind, step.body])).toEqual([
      ['1.1', 'manual', 'Move\n- tell people'],
      ['1.2', 'wait', 'Wait 10 minutes'],
      ['1.3', 'manual', '- look at the graphs'],
    ]);
  });

  it('waits before and after its fence as it is written', async () => {
    const command = `   ${TICKS}sh\n   systemctl restart web\n   ${TICKS}\n`;
    const found = await stepsOf(`1. Restart:\n   - wait 3 minutes\n${command}   - wait 2 minutes\n`);
    expect(found.map((step) => [step.kind, step.body])).toEqual([
      ['wait', 'wait 3 minutes'],
      ['shell', 'systemctl restart web'],
      ['wait', 'wait 2 minutes'],
    ]);
  });
});
