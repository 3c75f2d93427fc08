import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { displayWidth } from '../../src/cli/terminal/display-width.ts';
import type { OnCallNow, Override } from '../../src/contract/oncall.ts';
import type { StatusDraft } from '../../src/contract/status-page.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { parseJson, runHoldfast } from './cli-process.ts';

// Each command is a process of its own, and machines of continuous integration are busy.
vi.setConfig({ testTimeout: 90_000 });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-on-call-cli-'));
let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({ folder, config: {} });
  for (const name of ['ada', 'grace']) await server.api('POST', '/api/v1/users', { name, role: 'operator' });
}, 60_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

/** As an operator on the same machine calls it, with a narrow window. */
const holdfast = async (...args: string[]) => {
  const environment = { HOLDFAST_DATA: join(folder, 'holdfast'), COLUMNS: '70' };
  return runHoldfast(args, { cwd: folder, environment });
};
const ok = async (...args: string[]) => {
  const result = await holdfast(...args);
  expect(result, args.join(' ')).toMatchObject({ code: 0 });
  for (const line of result.stdout.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(120);
  return result.stdout;
};

const FILE = `schedules:
  primary:
    timezone: Europe/Berlin
    layers:
      - name: always
        rotation: { every: week, startsOn: 2026-01-05 }
        participants: [ada]
teams:
  platform: { schedule: primary, members: [{ user: grace, roles: [lead, manager, director, vp-engineering] }] }
routes:
  - { policy: architect, team: platform }
`;

it('on-call is written, asked about, overridden, checked and escalated on the command line', async () => {
  writeFileSync(join(folder, 'wrong.yaml'), FILE.replace('[ada]', '[adda]'));
  const wrong = await holdfast('oncall', 'apply', '-f', 'wrong.yaml');
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain(
    'wrong.yaml:7:24: schedules.primary.layers.0.participants.0: there is no user "adda"; did you mean ada?',
  );
  expect(await holdfast('oncall', 'apply', '-f', 'nowhere.yaml')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nowhere.yaml cannot be read'),
  });

  writeFileSync(join(folder, 'oncall.yaml'), FILE);
  expect(await ok('oncall', 'apply', '-f', 'oncall.yaml', '--dry-run')).toContain('schedule primary would be created');
  expect(await ok('oncall', 'apply', '-f', 'oncall.yaml')).toContain('schedule primary created');
  expect(await ok('oncall', 'apply', '-f', 'oncall.yaml')).not.toContain('created');
  expect(await ok('oncall', 'export')).toContain('policy: architect');

  expect(await ok('oncall', 'now')).toMatch(/ada\s+primary/);
  const before = await ok('oncall', 'who', 'primary');
  expect(before.replace(/\s+/g, ' ')).toContain(
    'weekly rotation since 2026-01-05, handover Monday 09:00 Europe/Berlin, position 1 of 1: ada',
  );
  const added = parseJson<Override>(
    await holdfast('oncall', 'override', 'add', 'primary', '--user', 'grace', '--from', '+0m', '--to', '+8h', '--json'),
  );
  expect(parseJson<OnCallNow>(await holdfast('oncall', 'who', 'primary', '--json'))).toMatchObject({
    user: 'grace',
    overrideId: added.id,
    next: 'ada',
  });
  expect(await ok('oncall', 'override', 'ls', 'primary')).toContain(added.id);
  expect(await ok('oncall', 'shifts', 'primary', '--days', '3')).toMatch(/grace[\s\S]*ada/);
  await ok('oncall', 'override', 'rm', 'primary', added.id);
  expect(await holdfast('oncall', 'override', 'rm', 'primary', added.id)).toMatchObject({ code: 2 });
  expect(await holdfast('oncall', 'who', 'primary', '--at', '2020-01-01T00:00Z')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('Nobody'),
  });

  const url = (await ok('oncall', 'feed', 'create', '--schedule', 'primary')).trim();
  const feed = await fetch(url);
  expect(feed.status).toBe(200);
  writeFileSync(join(folder, 'shifts.ics'), (await feed.text()).replaceAll('ada on call', 'somebody on call'));
  const imported = await holdfast('oncall', 'import', 'primary', 'shifts.ics');
  expect(imported).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('line 8: no user is meant by "somebody on call: primary"'),
  });
  expect(await ok('oncall', 'import', 'primary', 'shifts.ics', '--person', 'somebody on call: primary=grace')).toMatch(
    /\d+ overrides imported/,
  );
  expect(await ok('oncall', 'now')).toMatch(/grace\s+primary/);

  const turn = { rotation_virtual_start: '2026-01-05T09:00:00+01:00', rotation_turn_length_seconds: 604_800 };
  const [start, end] = [3_600_000, 7_200_000].map((ms) => new Date(Date.now() + ms).toISOString());
  const theirs = {
    id: 'PS1',
    name: 'Their Rota',
    time_zone: 'Europe/Berlin',
    schedule_layers: [
      { name: 'one', start: turn.rotation_virtual_start, ...turn, users: [{ user: { id: 'P1', summary: 'Ada L.' } }] },
    ],
    overrides_subschedule: { rendered_schedule_entries: [{ start, end, user: { id: 'P2', summary: 'Somebody' } }] },
  };
  writeFileSync(join(folder, 'pagerduty.json'), JSON.stringify({ schedule: theirs }));
  const convert = ['oncall', 'convert', '--from', 'pagerduty', 'pagerduty.json'];
  expect(await holdfast(...convert)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nobody here is Somebody (P2)'),
  });
  expect(await ok(...convert, '--person', 'P2=grace')).toContain('startsOn: 2026-01-05');
  for (const change of ['created', 'unchanged'])
    expect(await ok(...convert, '--person', 'P2=grace', '--apply')).toContain(`schedule their-rota ${change}`);
  expect(await ok('oncall', 'who', 'their-rota', '--at', '+90m')).toContain('grace is on call in their-rota');
  expect((await ok('oncall', 'override', 'ls', 'their-rota')).match(/ovr_/g)).toHaveLength(1);

  const check = await holdfast('oncall', 'check');
  expect(check).toMatchObject({ code: 1, stdout: expect.stringContaining('ada has no verified contact method') });
  expect(await holdfast('page', 'test', 'ada')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('ada has no contact methods'),
  });
  expect(await ok('oncall', 'policies')).toContain('architect');
  expect(await ok('oncall', 'policies', 'architect')).toContain('unresolved after 15m');
  const preview = await ok('oncall', 'preview', 'architect', '--team', 'platform');
  expect(preview.replace(/\s+/g, ' ')).toMatch(
    /just now Level 1: .* grace just now Level 2: .* in \d+ min Level 3: .* in \d+ min Level 4: outage ! ask: Declare the outage/,
  );
  expect(await holdfast('oncall', 'preview', 'idp', '--team', 'platform')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('role "cto": nobody in team "platform" is that'),
  });
  expect(await ok('oncall', 'contact', 'kinds')).toContain('webhook');

  const { number } = parseJson<{ number: string }>(
    await holdfast('incident', 'declare', '--severity', '3', 'Try it', '--json'),
  );
  expect(await ok('oncall', 'escalations', number)).toMatch(/Level 1[\s\S]*paged grace[\s\S]*Level 3/);
  expect(await ok('oncall', 'escalate', number, '--reason', 'a drill')).toContain('by-hand');
  expect(await ok('incident', 'show', number)).toMatch(/Escalates\s+in .*Level 3/);
  await ok('incident', 'ack', number);
  expect(await ok('incident', 'timeline', number)).toContain('Escalates by hand: a drill');
});

it('what an escalation drafted is read, published and thrown away on the command line', async () => {
  const step = { name: 'Tell', when: [{ unackedAfter: '0s' }], do: [{ 'status-draft': 'Orders fail. We know it.' }] };
  const text = JSON.stringify({ policies: { tells: { steps: [step] } }, routes: [{ policy: 'tells' }] });
  await server.api('POST', '/api/v1/oncall/apply', { text });
  const drafted = async () => {
    await server.api('POST', '/api/v1/incidents', { title: 'Orders fail', severity: 2 });
    return parseJson<{ items: StatusDraft[] }>(await holdfast('status', 'drafts', 'ls', '--json')).items.at(-1)!;
  };
  const { id } = await drafted();
  expect(await ok('status', 'drafts', 'ls')).toContain('Orders fail.');
  expect(await ok('status', 'drafts', 'show', id)).toContain('Orders fail. We know it.');
  const message = ['--status-text', 'We look for the cause', '--next', '30m'];
  expect(await ok('status', 'drafts', 'publish', id, ...message, '--impact', 'critical')).toContain(
    'The public is told',
  );
  expect(await ok('status', 'ls')).toMatch(/critical[\s\S]*Orders fail\./);
  expect(await holdfast('status', 'drafts', 'show', id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`there is no draft ${id}`),
  });
  const other = await drafted();
  expect(await ok('status', 'drafts', 'discard', other.id)).toContain('thrown away');
  expect(await ok('status', 'drafts', 'ls')).toContain('No draft waits');
});
