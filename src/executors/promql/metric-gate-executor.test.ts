import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepExecution } from '../../../test/harness/step-execution.ts';
import { metricGateExecutor } from './metric-gate-executor.ts';

type Answer = { status?: number; body: unknown };
let server: Server;
let url = '';
let answers: Answer[] = [];
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      asked.push(new URLSearchParams(body).get('query') ?? '');
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const vector = (...values: (string | [string, string])[]): Answer => ({
  body: {
    status: 'success',
    data: {
      resultType: 'vector',
      result: values.map((value) => ({
        metric: Array.isArray(value) ? { pod: value[0] } : {},
        value: [1, Array.isArray(value) ? value[1] : value],
      })),
    },
  },
});
const gate = (
  times: { forMs?: number; withinMs?: number; query?: string; unknownTimes?: { for: string } } = {},
  inputs: Record<string, string> = {},
) => {
  const made = stepExecution(
    { kind: 'metric-gate' as const, query: 'up', forMs: 0, everyMs: 20, withinMs: 0, ...times },
    { target: { name: 'prom', kind: 'prometheus', url, tokenFile: null }, inputs },
  );
  return { ...made, result: metricGateExecutor.execute(made.execution) };
};

describe('a metric gate', () => {
  it('passes once its expression has held for its time', async () => {
    answers = [vector('1')];
    asked.length = 0;
    const { result, output } = gate({ forMs: 1_000, withinMs: 1_000 });
    expect(await result).toMatchObject({ outcome: 'succeeded', reason: 'held for 1 s: 1' });
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(output()).toMatch(/holds: 1\n/);
  });

  it('passes with as long to hold as there is time, at whatever fraction of a millisecond it begins', async () => {
    answers = [vector('1')];
    const results = await Promise.all(Array.from({ length: 40 }, () => gate({ forMs: 10.7, withinMs: 10.7 }).result));
    expect(results.filter(({ outcome }) => outcome !== 'succeeded')).toEqual([]);
  });

  it('begins its time anew when it is broken, while there is time left', async () => {
    answers = [vector('1'), vector(['api', '0']), vector('1')];
    const { result, output } = gate({ forMs: 60, withinMs: 2_000 });
    expect(await result).toMatchObject({ outcome: 'succeeded' });
    expect(output()).toContain('does not hold: {pod="api"} 0');
  });

  it.each([
    ['no data', vector(), 'no data'],
    ['a false sample', vector('1', '0'), '0'],
    ['not a number', vector('NaN'), 'NaN'],
    ['an error', { status: 400, body: { status: 'error', error: 'parse error: x' } }, 'parse error: x'],
    ['no JSON', { status: 502, body: '<html>' }, 'HTTP 502 without JSON'],
    [
      'a matrix',
      { body: { status: 'success', data: { resultType: 'matrix', result: [] } } },
      'the query answers with a matrix, not with one value per series',
    ],
  ])('does not pass on %s', async (_what, answer, said) => {
    answers = [answer];
    expect(await gate().result).toEqual({
      outcome: 'failed',
      exitCode: 1,
      reason: `did not hold for 0 s within 0 s: ${said}`,
    });
  });

  it('does not pass without a server, and ends when its run is cancelled', async () => {
    const made = stepExecution(
      { kind: 'metric-gate' as const, query: 'up', forMs: 0, everyMs: 20, withinMs: 0 },
      { target: { name: 'prom', kind: 'prometheus', url: 'http://127.0.0.1:9', tokenFile: null } },
    );
    expect(await metricGateExecutor.execute(made.execution)).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('no answer'),
    });
    answers = [vector('0')];
    const { result, stop } = gate({ forMs: 1_000, withinMs: 60_000 });
    stop.abort('cancel');
    expect(await result).toMatchObject({ outcome: 'cancelled' });
  });

  it('takes values as what they are: texts in quotes, numbers and names outside', async () => {
    answers = [vector('1')];
    const query = 'errors{job="{{job}}"} < {{limit}}';
    await gate({ query }, { job: 'a"} or vector(1) #', limit: '0.5' }).result;
    expect(asked.at(-1)).toBe('errors{job="a\\"} or vector(1) #"} < 0.5');
    expect(await gate({ query }, { job: 'a', limit: '1 or vector(1)' }).result).toMatchObject({
      outcome: 'failed',
      reason: 'limit is no number, name or duration',
    });
    expect(await gate({ query }, { job: 'a' }).result).toMatchObject({ reason: 'limit has no value' });
  });

  it('does not open while one of its times is not known', async () => {
    answers = [vector('1')];
    expect(await gate({ unknownTimes: { for: '{{watch}}' } }, { watch: '5m' }).result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('`for: {{watch}}` has no value'),
    });
  });

  it('needs a prometheus target', async () => {
    const { execution } = stepExecution({
      kind: 'metric-gate' as const,
      query: 'up',
      forMs: 0,
      everyMs: 1,
      withinMs: 0,
    });
    expect((await metricGateExecutor.execute(execution)).reason).toMatch(/needs a target/);
    const wrong = { ...execution, target: { name: 'db', kind: 'postgres' as const, url: '' } };
    expect((await metricGateExecutor.execute(wrong)).reason).toMatch(/target db is postgres/);
  });
});
