import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Anomaly, DetectAnswer } from '../../src/contract/anomaly.ts';
import type { Stream } from '../../src/contract/stream.ts';
import { generateLog } from '../harness/generate-log.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { parseJson, runHoldfast } from './cli-process.ts';

const LIMIT_MS = 120_000;

let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-stream-cli-'));
  server = await startServerProcess({ folder, config: {} });
  const events = [...generateLog({ seed: 5, events: 700 }).map(({ line }) => line), 'FATAL the roof is on fire'];
  const response = await fetch(`${server.address}/v1/detect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ stream: 'roof', events }),
  });
  expect(((await response.json()) as DetectAnswer).results.at(-1)?.anomaly).toBe(true);
}, LIMIT_MS);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const holdfast = (...args: string[]) =>
  runHoldfast([...args, '--server', server.address, '--token', server.token], { cwd: folder });

describe('streams and anomalies on the command line', { timeout: LIMIT_MS }, () => {
  it('are listed, shown, set, paused and taken again', async () => {
    const list = await holdfast('stream', 'ls');
    expect(list).toMatchObject({ code: 0, stdout: expect.stringMatching(/str_\w+\s+.*active.*roof\s+logs\s+701/) });
    const [stream] = parseJson<{ items: Stream[] }>(await holdfast('stream', 'ls', '--json')).items;
    const id = stream?.id ?? '';
    expect((await holdfast('stream', 'show', id)).stdout).toMatch(/701, 701 judged[\s\S]*alpha\s+0\.01 \(balanced\)/);
    expect((await holdfast('stream', 'set', id, '--profile', 'sensitive', '--redact-key', 'ssn')).stdout).toMatch(
      /alpha\s+0\.02 \(sensitive\)/,
    );
    expect((await holdfast('stream', 'pause', id, '--reason', 'noise of a test')).stdout).toContain('is paused');
    expect((await holdfast('stream', 'show', id)).stdout).toContain('paused: noise of a test');
    expect((await holdfast('stream', 'resume', id)).stdout).toContain('is active');
    const anew = await holdfast('stream', 'set', id, '--window', '100/50');
    expect(anew.stderr).toContain('begins anew');
    expect(await holdfast('stream', 'show', 'str_nothing')).toMatchObject({ code: 2 });
  });

  it('are listed, shown with what was surprising, answered, and proven', async () => {
    const { items } = parseJson<{ items: Anomaly[] }>(await holdfast('anomaly', 'ls', '--json'));
    const numbers = items.map(({ n }) => n);
    expect(numbers).toEqual(numbers.toSorted((left, right) => right - left));
    const id = items.find(({ summary }) => summary.includes('fire'))?.id ?? '';
    expect((await holdfast('anomaly', 'ls')).stdout).toMatch(/anm_\w+.*roof.*on fire/);
    expect((await holdfast('anomaly', 'show', id)).stdout).toMatch(/roof[\s\S]*fire[\s\S]*judged\s+score [\d.]+, p /);
    const said = await holdfast('anomaly', 'feedback', id, 'confirmed', '--reason', 'it was on fire');
    expect(said.stdout).toMatch(/is confirmed[\s\S]*alarms/);
    expect((await holdfast('anomaly', 'show', id)).stdout).toContain('confirmed by');
    // The stream began anew meanwhile: there is nothing left to prove it from, and that is said.
    expect(await holdfast('anomaly', 'evidence', id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the model that found it is gone'),
    });
    expect(await holdfast('anomaly', 'evidence', 'key', '--out', 'server.pub')).toMatchObject({ code: 0 });
  });
});
