import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginStory, type Story } from '../harness/story.ts';

type Problem = { status: number; code: string; detail?: string; title?: string; hint?: string; requestId?: string };

let story: Story;
let runId: string;
beforeAll(async () => {
  story = await beginStory({});
  story.writeRunbook(
    'good.md',
    '---\ntitle: Good\n---\n# Good\n\n```sh {name=drop risk=destroy}\nrm -rf /tmp/nothing-of-this-name/x\n```\n',
  );
  story.writeRunbook('broken.md', '---\ntitle: [\n---\n# Broken\n');
  story.writeRunbook('binary.md', '\0\0\0');
  runId = (await story.api<{ id: string }>('POST', '/api/v1/runs', { runbook: 'good.md' })).id;
  await untilWaiting();
});
afterAll(() => story.close());

const untilWaiting = () =>
  story.until(async () => (await story.api<{ status: string }>('GET', `/api/v1/runs/${runId}`)).status === 'waiting');

const facts = async () => {
  const [runs, incidents, approvals] = await Promise.all(
    ['/api/v1/runs', '/api/v1/incidents', '/api/v1/approvals'].map((path) =>
      story.api<{ items: unknown[] }>('GET', path),
    ),
  );
  return [runs, incidents, approvals].map((list) => list?.items.length);
};

async function expectProblem(
  method: string,
  path: string,
  body: unknown,
  status: number,
  code?: string,
): Promise<Problem> {
  const answer = await story.call<Problem>(method, path, body);
  expect(
    [answer.status, answer.contentType],
    `${method} ${path}: ${JSON.stringify(answer.body).slice(0, 300)}`,
  ).toEqual([status, 'application/problem+json; charset=utf-8']);
  if (code) expect(answer.body.code).toBe(code);
  expect(answer.body.requestId).toBeTruthy();
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:\d|select |insert into/i);
  return answer.body;
}

describe('what does not exist', () => {
  it.each([
    ['GET', '/api/v1/runs/run_none', undefined, 'run.missing'],
    ['GET', '/api/v1/incidents/INC-20000101-001', undefined, 'incident.missing'],
    ['GET', '/api/v1/approvals/apr_none', undefined, 'approval.missing'],
    ['POST', '/api/v1/approvals/apr_none/approve', {}, 'approval.missing'],
    ['POST', '/api/v1/runs/run_none/cancel', {}, 'run.missing'],
    ['POST', '/api/v1/runs/run_none/decide', { step: 'x', decision: 'done', reason: 'because' }, 'run.missing'],
    ['POST', '/api/v1/incidents/inc_none/ack', {}, 'incident.missing'],
    ['POST', '/api/v1/runs', { runbook: 'none.md' }, 'runbook.missing'],
    ['POST', '/api/v1/runs', { runbook: '../../../etc/passwd' }, 'runbook.missing'],
    ['POST', '/api/v1/runs', { runbook: 'good.md', incidentId: 'inc_none' }, 'incident.missing'],
  ])('%s %s is a 404 that says what', async (method, path, body, code) => {
    const before = await facts();
    const problem = await expectProblem(method, path, body, 404, code);
    expect(problem.hint).toBeTruthy();
    expect(await facts()).toEqual(before);
  });
});

describe('what makes no sense', () => {
  it.each([
    ['no JSON', 'POST', '/api/v1/runs', '{"runbook": ', 400],
    ['an empty body', 'POST', '/api/v1/runs', '', 400],
    ['a number for a body', 'POST', '/api/v1/incidents', '7', 400],
    ['a misspelt field', 'POST', '/api/v1/runs', { runbok: 'good.md' }, 400],
    ['a wrong type', 'POST', '/api/v1/incidents', { title: ['x'] }, 400],
    ['a severity that is none', 'POST', '/api/v1/incidents', { title: 'Shop down', severity: 9 }, 400],
    ['a procedure that is none', 'POST', '/api/v1/runs', { runbook: 'good.md', procedure: 'none' }, 400],
    ['a step that is none', 'POST', '/api/v1/runs', { runbook: 'good.md', fromStep: 'none' }, 400],
    ['a NUL in a value', 'POST', '/api/v1/runs', { runbook: 'good.md', inputs: { x: '\0' } }, 400],
    ['a NUL in a title', 'POST', '/api/v1/incidents', { title: 'Shop\0down' }, 400],
    ['a NUL in an id', 'GET', '/api/v1/runs/%00', undefined, 400],
    ['a cursor that is none', 'GET', '/api/v1/runs?limit=x', undefined, 400],
    ['a status that is none', 'GET', '/api/v1/runs?status=sleeping', undefined, 400],
  ])('%s is refused clearly, and changes nothing', async (_what, method, path, body, status) => {
    const before = await facts();
    const answer = await story.call<Problem>(method, path, body);
    expect([400, 404, 422], `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`).toContain(answer.status);
    expect(answer.contentType).toContain('problem+json');
    if (status === 400 && answer.status !== 404) expect(answer.status).toBe(400);
    expect(await facts()).toEqual(before);
  });

  it('a body of 50 MB is refused without being read', async () => {
    const before = await facts();
    await expectProblem('POST', '/api/v1/incidents', `{"title":"${'x'.repeat(50 * 1024 * 1024)}"}`, 413);
    expect(await facts()).toEqual(before);
  });

  it.each(['broken.md', 'binary.md'])('a runbook that cannot be read says where it breaks: %s', async (runbook) => {
    const before = await facts();
    const problem = await expectProblem('POST', '/api/v1/runs', { runbook }, 400);
    expect(`${problem.title} ${problem.detail}`).toContain(runbook);
    expect(await facts()).toEqual(before);
    const { items } = await story.api<{ items: { path: string; problem: string | null }[] }>('GET', '/api/v1/runbooks');
    expect(items.find((item) => item.path === runbook)?.problem).toContain(runbook);
  });

  it.each([
    ['pausing twice is fine, resuming what runs is not', 'resume', {}, 409],
    ['deciding what is not in doubt', 'decide', { step: 'drop', decision: 'done', reason: 'because' }, 409],
    ['answering what asks nothing', 'answer', { step: 'drop', value: 'x' }, 409],
    ['rolling back what has not ended', 'rollback', {}, 409],
    ['skipping a step there is not', 'skip', { step: 'none', reason: 'because' }, 404],
  ])('%s', async (_what, command, body, status) => {
    await untilWaiting();
    await expectProblem('POST', `/api/v1/runs/${runId}/${command}`, body, status);
    expect(await story.api('GET', `/api/v1/runs/${runId}`)).toMatchObject({
      status: 'waiting',
      waitingFor: 'approval',
    });
  });
});
