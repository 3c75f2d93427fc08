import { afterAll, describe, expect, it } from 'vitest';
import { planSchema } from '../../contract/runbook.ts';
import { parseRunbook } from './parse-runbook.ts';
import { planProcedure } from './plan-procedure.ts';
import { stopSyntaxThread } from './syntax/parse-syntax.ts';

afterAll(stopSyntaxThread);

const TICKS = '```';
const fence = (info: string, text: string) => `${TICKS}${info}\n${text}\n${TICKS}\n`;
const parse = (text: string) => parseRunbook({ file: 'x.md', text });
const plan = async (text: string, inputs: Record<string, string> = {}, procedure?: string) =>
  planProcedure({ document: await parse(text), inputs, procedure });
const steps = async (text: string) => (await plan(text)).steps;

describe('approvals', () => {
  it('are none for what only looks or can be undone, one for what destroys or nobody knows', async () => {
    const planned = await steps(
      `# P\n${['kubectl get pods', 'kubectl rollout status x', 'kubectl rollout restart x', 'kubectl delete pod x', './unknown.sh'].map((script) => fence('sh', script)).join('\n')}`,
    );
    expect(planned.map((step) => [step.risk, step.approvals])).toEqual([
      ['read', 0],
      ['check', 0],
      ['change', 0],
      ['destroy', 1],
      ['destroy', 1],
    ]);
  });

  it('are raised by the author, never lowered', async () => {
    expect((await steps(`# P\n${fence('sh {approve=2}', 'kubectl get pods')}`))[0]).toMatchObject({ approvals: 2 });
    expect((await steps(`# P\n${fence('sh {approve=0}', 'rm x')}`))[0]).toMatchObject({ approvals: 1 });
  });

  it('are one more where the author calls a step more harmless than it is, and that is recorded', async () => {
    expect((await steps(`# P\n${fence('sh {risk=read}', './look.sh')}`))[0]).toMatchObject({
      risk: 'read',
      riskLowered: true,
      approvals: 1,
      idempotent: false,
    });
    expect((await steps(`# P\n${fence('sh {risk=destroy}', 'kubectl get pods')}`))[0]).toMatchObject({
      risk: 'destroy',
      riskLowered: false,
      approvals: 1,
    });
  });
});

describe('what may be repeated after a crash', () => {
  it('only observes, both as found and as declared, unless the author says otherwise', async () => {
    const idempotent = async (info: string, script: string) =>
      (await steps(`# P\n${fence(info, script)}`))[0]!.idempotent;
    expect(await idempotent('sh', 'kubectl get pods')).toBe(true);
    expect(await idempotent('sh', 'kubectl delete pod x')).toBe(false);
    expect(await idempotent('sh {risk=change}', 'echo reload')).toBe(false);
    expect(await idempotent('sh {risk=read}', './unknown.sh')).toBe(false);
    expect(await idempotent('sh {risk=change idempotent=true}', 'echo reload')).toBe(true);
    expect(await idempotent('sh {idempotent=false}', 'kubectl get pods')).toBe(false);
  });
});

describe('a plan', () => {
  const FULL = `---
params:
  pod: {type: string}
  count: {type: integer, default: 2}
  key: {type: secret}
---
# P
${fence('sh {name=scale rollback=back verify=live retry=2 timeout=90s}', 'kubectl scale deploy/$pod --replicas=$count')}
${fence('sh {name=back}', 'kubectl scale deploy/$pod --replicas=1')}
${fence('sh {name=live}', 'kubectl get deploy/$pod')}
${fence('http', 'POST https://x.example/hook\nAuthorization: Bearer $key\nexpect: 202\n\n{"pod": "<pod>"}')}
${fence('wait', '5m')}
${fence('notify', 'channel: ops\ntext: done')}
`;

  it('has the promised shape and everything a worker needs', async () => {
    const planned = await plan(FULL, { pod: 'api', key: 'hush' });
    expect(planSchema.parse(planned)).toEqual(planned);
    expect(planned.steps.map((step) => step.action.kind)).toEqual(['shell', 'http', 'wait', 'notify']);
    expect(planned.helpers.map((step) => step.id)).toEqual(['back', 'live']);
    expect(planned.steps[0]).toMatchObject({
      id: 'scale',
      reversible: true,
      rollback: 'back',
      verify: 'live',
      timeoutMs: 90_000,
      retry: { attempts: 3 },
      idempotent: false,
      action: {
        script: 'kubectl scale deploy/"${INPUT_POD}" --replicas="${INPUT_COUNT}"',
        parameters: { INPUT_POD: 'pod', INPUT_COUNT: 'count' },
      },
    });
    expect(planned.steps[1]!.action).toEqual({
      kind: 'http',
      method: 'POST',
      url: 'https://x.example/hook',
      headers: { Authorization: 'Bearer {{key}}' },
      body: '{"pod": "{{pod}}"}',
      expectStatus: [202],
    });
    expect(planned.inputs).toEqual({ pod: 'api', count: '2', key: '***' });
    expect(planned.missingInputs).toEqual([]);
  });

  it('is the same for the same request, and another for other values or another text', async () => {
    const hash = async (text: string, inputs: Record<string, string>) => (await plan(text, inputs)).planHash;
    const one = await hash(FULL, { pod: 'a', key: 'k' });
    expect(await hash(FULL, { key: 'k', pod: 'a' })).toBe(one);
    expect(await hash(FULL, { pod: 'b', key: 'k' })).not.toBe(one);
    expect(await hash(`${FULL}\n`, { pod: 'a', key: 'k' })).not.toBe(one);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
  });

  it('cannot be changed', async () => {
    const planned = await plan(FULL, { pod: 'a' });
    expect(() => {
      planned.steps[0]!.approvals = 0;
    }).toThrow(TypeError);
  });

  it('lists what is missing instead of failing', async () => {
    expect((await plan(FULL)).missingInputs).toEqual(['pod', 'key']);
  });

  it('names every wrong value at once', async () => {
    await expect(plan(FULL, { pod: '--all', count: 'two', colour: 'red' })).rejects.toMatchObject({
      code: 'runbook.bad-input',
      message: expect.stringMatching(
        /`colour` is no input.*`pod` may not begin with -.*`count` is not a whole number/s,
      ) as string,
    });
  });

  it('does not miss what a person is asked for on the way', async () => {
    const planned = await plan(
      `# P\n${fence('input', 'name: copies\ntype: integer\nprompt: How many?')}\n${fence('sh', 'kubectl scale deploy/x --replicas=$copies')}`,
    );
    expect(planned.missingInputs).toEqual([]);
    expect(planned.inputTypes).toEqual({ copies: 'integer' });
    expect(planned.steps[1]!.action).toMatchObject({ parameters: { INPUT_COPIES: 'copies' } });
  });

  it('finds the target of SQL in its fence, in the front matter, or asks for it', async () => {
    const sql = fence('sql', 'select 1');
    expect((await steps(`# P\n${fence('sql {target=a}', 'select 1')}`))[0]!.target).toBe('a');
    expect((await steps(`---\ntarget: b\n---\n# P\n${sql}`))[0]!.target).toBe('b');
    expect((await steps(`---\nparams: {db: {type: target, default: c}}\n---\n# P\n${sql}`))[0]!.target).toBe('c');
    const asked = await plan(`# P\n${sql}`);
    expect([asked.steps[0]!.target, asked.missingInputs]).toEqual(['{{target}}', ['target']]);
  });

  it('binds the values of SQL, and leaves a value inside a longer text to a person', async () => {
    const [bound] = await steps(
      `# P\n${fence('sql {target=a}', "select * from t where a = '<name>' and b < $LIMIT_ROWS and c = '<name>'")}`,
    );
    expect(bound!.action).toMatchObject({
      statements: [{ text: 'select * from t where a = $1 and b < $2 and c = $1', binds: ['name', 'LIMIT_ROWS'] }],
    });
    const [inside] = await steps(`# P\n${fence('sql {target=a}', "select * from t where a like '%<name>%'")}`);
    expect(inside).toMatchObject({ kind: 'manual' });
    const [table] = await steps(`# P\n${fence('sql {target=a}', 'drop table <name>')}`);
    expect(table).toMatchObject({ kind: 'manual', risk: 'destroy' });
  });

  it('runs VACUUM and its like outside a transaction, and reads read-only', async () => {
    const planned = await steps(
      `# P\n${fence('sql {target=a}', 'vacuum t; create index concurrently i on t (a); select 1; insert into t values (1)')}`,
    );
    expect(
      planned.map(
        (step) =>
          step.action.kind === 'sql' && [step.action.statements.length, step.action.transaction, step.action.readOnly],
      ),
    ).toEqual([
      [1, false, false],
      [1, false, false],
      [2, true, false],
    ]);
  });

  it('refuses a verify that would itself change something, and names that lead nowhere', async () => {
    await expect(
      plan(`# P\n${fence('sh {name=a verify=b}', 'ls')}${fence('sh {name=b}', 'rm x')}`),
    ).rejects.toMatchObject({ code: 'runbook.invalid' });
    await expect(plan(`# P\n${fence('sh {name=a rollback=c}', 'ls')}`)).rejects.toMatchObject({
      message: expect.stringContaining('names no step') as string,
    });
    await expect(parse(`# P\n${fence('sh {name=a}', 'ls')}${fence('sh {name=a}', 'ls')}`)).rejects.toMatchObject({
      message: expect.stringContaining('x.md:5:') as string,
    });
  });

  it('says which procedures there are when it cannot choose', async () => {
    const two = `# A\n${fence('sh', 'ls')}\n# B\n${fence('sh', 'ls')}`;
    await expect(plan(two)).rejects.toMatchObject({
      code: 'runbook.which-procedure',
      hint: expect.stringContaining('a, b') as string,
    });
    await expect(plan(two, {}, 'c')).rejects.toMatchObject({ code: 'runbook.no-procedure', kind: 'missing' });
    await expect(plan('# A\n\nOnly words.')).rejects.toMatchObject({ code: 'runbook.no-steps' });
    expect((await plan(two, {}, '#b')).procedure).toBe('b');
  });
});
