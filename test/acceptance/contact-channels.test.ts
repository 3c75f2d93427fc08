import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { signSlackRequest } from '../../src/channels/slack/verify-slack-request.ts';
import { signTwilioRequest } from '../../src/channels/twilio/verify-twilio-request.ts';
import type { ContactMethod, CreatedContactMethod } from '../../src/contract/contacts.ts';
import type { ApiKey } from '../../src/contract/identity.ts';
import type { Incident } from '../../src/contract/incident.ts';
import { type RecordingServer, startRecordingServer } from '../fakes/recording-http-server.ts';
import { type SmtpFake, startSmtpServer } from '../fakes/smtp-server.ts';
import { freePort } from '../harness/free-port.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const TOKEN = 'the token of the account';
const SLACK_SECRET = 'the signing secret';
const NUMBER = '+4915112345678';
let folder = '';
let mail: SmtpFake;
let outside: RecordingServer;
let holdfast: ServerProcess;
let ada = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-contacts-'));
  [mail, outside] = await Promise.all([startSmtpServer(), startRecordingServer()]);
  outside.answer = (response, { url }) => {
    if (url.startsWith('/slack/')) response.setHeader('content-type', 'application/json');
    response.end(url.startsWith('/slack/') ? '{"ok":true,"channel":"D1","ts":"1.2"}' : '');
  };
  const port = await freePort();
  holdfast = await startServerProcess({
    folder,
    config: {
      listen: `127.0.0.1:${port}`,
      externalUrl: `http://127.0.0.1:${port}`,
      contacts: {
        email: { server: `127.0.0.1:${mail.port}`, from: 'holdfast@example.org', tls: 'none' },
        ntfy: { url: `${outside.url}/ntfy`, token: 'tk_of_ntfy' },
        pushover: { url: `${outside.url}/pushover`, token: 'the application' },
        slack: {
          url: `${outside.url}/slack`,
          token: 'xoxb-1',
          signingSecret: SLACK_SECRET,
          channels: { incidents: 'C0INCIDENTS' },
        },
        twilio: { url: outside.url, accountSid: 'AC1', authToken: TOKEN, from: '+4930123456' },
      },
    },
  });
  await holdfast.api('POST', '/api/v1/users', { name: 'ada', role: 'operator' });
  const made = await holdfast.api<{ key: ApiKey; secret: string }>('POST', '/api/v1/keys', {
    name: 'of-ada',
    role: 'operator',
    owner: 'ada',
  });
  ada = made.secret;
});

afterAll(async () => {
  await holdfast?.stop();
  await Promise.all([mail?.close(), outside?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

type SlackMessage = {
  channel: string;
  text: string;
  blocks: { elements?: { action_id: string; value?: string; url?: string }[] }[];
};

describe('people who can be reached by mail, push, text message and call', () => {
  const forms = (path: string) =>
    outside.requests.filter(({ url }) => url === path).map(({ body }) => new URLSearchParams(body));
  const texts = () => forms('/2010-04-01/Accounts/AC1/Messages.json');
  const calls = () => forms('/2010-04-01/Accounts/AC1/Calls.json');
  const pushes = () =>
    outside.requests
      .filter(({ url }) => url === '/ntfy')
      .map(({ body }) => JSON.parse(body) as Record<string, string | number>);
  const slackMessages = () =>
    outside.requests
      .filter(({ url }) => url === '/slack/chat.postMessage')
      .map(({ body }) => JSON.parse(body) as SlackMessage);
  const mails = () => mail.mails.map(({ data }) => data.replaceAll('=\r\n', ''));
  const digits = (text: string | undefined) => /(?<!\d)\d{6}(?!\d)/.exec(text ?? '')?.[0] ?? 'none';

  /** Where the code of a kind arrived. */
  const codes: Record<string, () => string> = {
    email: () => digits(mails().at(-1)),
    ntfy: () => digits(String(pushes().at(-1)?.['title'])),
    pushover: () => digits(forms('/pushover').at(-1)?.get('title') ?? ''),
    slack: () => digits(String(slackMessages().at(-1)?.text)),
    sms: () => digits(texts().at(-1)?.get('Body') ?? ''),
    voice: () => /(?:\d, ){5}\d/.exec(calls().at(-1)?.get('Twiml') ?? '')?.[0]?.replaceAll(', ', '') ?? 'none',
  };

  it.each([
    ['email', 'ada@example.org', 'ada@example.org'],
    ['ntfy', 'ada-at-three-am', 'ada…am'],
    ['pushover', 'u'.repeat(30), 'uuu…uu'],
    ['slack', 'U012AB3CD', 'U012AB3CD'],
    ['sms', NUMBER, NUMBER],
    ['voice', NUMBER, NUMBER],
  ])('%s: the code arrives there, and proves it', async (kind, address, shown) => {
    const { status, body } = await asAda<CreatedContactMethod>('POST', '/api/v1/oncall/contact-methods', {
      kind,
      address,
    });
    expect(body).toMatchObject({ method: { kind, address: shown }, code: { outcome: 'sent' } });
    expect(status).toBe(201);
    const path = `/api/v1/oncall/contact-methods/${body.method.id}/verify`;
    expect(await asAda<ContactMethod>('POST', path, { code: codes[kind]!() })).toMatchObject({ status: 200 });
  });

  it.each([
    ['email', 'ada', 'is not an email address'],
    ['email', 'ada@example.org, grace@example.org', 'is not an email address'],
    ['ntfy', '../admin', 'is no topic'],
    ['pushover', 'short', 'is no user key of Pushover'],
    ['sms', '0151 12345678', 'is not a telephone number with its country'],
    ['slack', '@ada', 'is no member id of Slack'],
    ['fax', '1', 'there is no kind "fax"'],
  ])('%s: %s is refused', async (kind, address, message) => {
    const { status, body } = await asAda<{ detail: string }>('POST', '/api/v1/oncall/contact-methods', {
      kind,
      address,
    });
    expect(status).toBe(400);
    expect(body.detail).toContain(message);
  });

  it('are told of an incident by all of them, and take it by answering the text message', async () => {
    await onCallIsAda();
    const incident = await declare('Checkout <b> is down');
    const title = `[${incident.severity.label}] ${incident.number} Checkout <b> is down`;
    const link = `${holdfast.address}/incidents/${incident.id}`;
    await expect.poll(() => calls().at(-1)?.get('Twiml') ?? '').toContain('Press 1 to acknowledge');
    await expect.poll(() => mails().at(-1) ?? '').toContain(link);
    expect(mails().at(-1)).toContain(`Subject: ${title}`);
    await expect
      .poll(() => pushes().at(-1))
      .toMatchObject({ topic: 'ada-at-three-am', title, priority: 5, click: link });
    expect(pushes().at(-1)?.['sequence_id']).toMatch(/^pag_/);
    const sent = outside.requests.find(({ url }) => url === '/ntfy');
    expect(sent?.headers['authorization']).toBe('Bearer tk_of_ntfy');
    await expect
      .poll(() => Object.fromEntries(forms('/pushover').at(-1) ?? []))
      .toMatchObject({
        token: 'the application',
        user: 'u'.repeat(30),
        title,
        url: link,
        priority: '1',
      });
    await expect
      .poll(() => Object.fromEntries(texts().at(-1) ?? []))
      .toMatchObject({
        From: '+4930123456',
        To: NUMBER,
        Body: `${title}\nAnswer: ack, or esc to pass it on.\n${link}`,
      });
    expect(calls().at(-1)?.get('Twiml')).toContain('Checkout &#60;b&#62; is down');

    expect(await text('what?')).toContain('Answer ack to take it');
    expect(await text('ack 999')).toContain('Which one?');
    expect(await text('ack', { from: '+4915100000000' })).toContain('Nothing is open');
    expect((await read(incident)).acknowledgedAt).toBeNull();
    expect(await text(' Ack ')).toContain(`${incident.number} is yours`);
    const taken = await read(incident);
    expect(taken.acknowledgedBy).toBe('user:ada');
    expect(taken.pages.every(({ state }) => state === 'acked' || state === 'cancelled')).toBe(true);
  });

  it('are asked which one where several are open', async () => {
    const one = await declare('One');
    const other = await declare('Other');
    await expect.poll(() => texts().at(-1)?.get('Body')).toContain('Other');
    expect(await text('ack')).toContain(`${other.number} Other`);
    expect(await text(`ack ${one.number.split('-').at(-1)}`)).toContain(`${one.number} is yours`);
    expect((await read(other)).acknowledgedAt).toBeNull();
  });

  it('take it or pass it on by a key, once', async () => {
    const passed = await declare('By key');
    await expect.poll(() => calls().at(-1)?.get('Twiml')).toContain('By key');
    const url = /action="([^"]+)"/.exec(calls().at(-1)?.get('Twiml') ?? '')?.[1] ?? '';
    const escalations = async () => {
      const path = `/api/v1/incidents/${passed.id}/timeline`;
      const { items } = await holdfast.api<{ items: { text: string }[] }>('GET', path);
      return items.filter((entry) => entry.text.includes('Escalates by hand: by telephone')).length;
    };
    expect(await press(url, '9')).toContain('This key means nothing');
    expect(await press(url, '2')).toContain(`${passed.number} is passed on`);
    expect(await press(url, '2')).toContain(`${passed.number} is passed on`);
    expect(await escalations()).toBe(1);
    expect(await press(url, '1')).toContain(`${passed.number} is yours`);
    expect((await read(passed)).acknowledgedBy).toBe('user:ada');
  });

  it('take it by a button in Slack, and declare there', async () => {
    const incident = await declare('Buttons <!channel>');
    await expect.poll(() => slackMessages().at(-1)?.text).toContain('Buttons &lt;!channel&gt;');
    const message = slackMessages().findLast(({ channel }) => channel.startsWith('U'));
    expect(message?.channel).toBe('U012AB3CD');
    const buttons = message?.blocks.flatMap(({ elements }) => elements ?? []) ?? [];
    expect(buttons.map((button) => button.action_id)).toEqual(['acknowledge', 'escalate', 'open']);
    const press = (action: string, user = 'U012AB3CD') =>
      slack('interactions', {
        payload: JSON.stringify({
          type: 'block_actions',
          user: { id: user },
          response_url: `${outside.url}/response`,
          actions: [{ action_id: action, value: buttons[0]?.value, action_ts: '1700000000.1' }],
        }),
      });
    const replies = () =>
      outside.requests.filter(({ url }) => url === '/response').map(({ body }) => JSON.parse(body) as object);
    expect((await press('acknowledge', 'U0STRANGER')).status).toBe(200);
    expect(replies().at(-1)).toMatchObject({ replace_original: false, text: expect.stringContaining('cannot answer') });
    expect((await read(incident)).acknowledgedAt).toBeNull();
    for (let again = 0; again < 2; again += 1) expect((await press('escalate')).status).toBe(200);
    expect(replies().at(-1)).toMatchObject({ text: `${incident.number} is passed on.` });
    expect((await press('acknowledge')).status).toBe(200);
    expect(replies().at(-1)).toMatchObject({ replace_original: true, text: expect.stringContaining('is yours') });
    expect(slackMessages().map(({ channel, text: said }) => [channel, said])).toContainEqual([
      'C0INCIDENTS',
      expect.stringContaining('Buttons'),
    ]);
    expect((await read(incident)).acknowledgedBy).toBe('user:ada');

    const command = async (words: string, user = 'U012AB3CD') => {
      const answer = await slack('commands', { user_id: user, text: words, trigger_id: `t-${words}` });
      return ((await answer.json()) as { text: string }).text;
    };
    expect(await command('declare')).toContain('Write: declare P1|P2|P3|P4 what is wrong');
    expect(await command('declare P2 Search is slow', 'U0STRANGER')).toContain('does not know you');
    const said = await command('declare p2 Search is slow');
    expect(said).toMatch(/^INC-\d{8}-\d{3} is declared\. http/);
    expect(await command('declare p2 Search is slow')).toBe(said);
    const number = said.slice(0, 16);
    const declared = await holdfast.api<Incident>('GET', `/api/v1/incidents/${number}`);
    expect(declared).toMatchObject({ title: 'Search is slow', severity: { rank: 2 } });
    expect(await command(`ack ${number.toLowerCase()}`)).toBe(`${number} is yours.`);
    expect(await command('ack INC-19700101-001')).toContain('INC-19700101-001');

    const fields = { user_id: 'U012AB3CD', text: 'declare p1 Forged', trigger_id: 'x' };
    expect((await slack('commands', fields, { secret: 'another secret' })).status).toBe(401);
    expect((await slack('commands', fields, { ageSeconds: 600 })).status).toBe(401);
  });

  it('cannot be played by somebody else: every request must be signed', async () => {
    const fields = new URLSearchParams({ From: NUMBER, Body: 'ack' });
    const send = (signature: string | null, base = holdfast.address) =>
      fetch(`${base}/hooks/twilio/sms`, {
        method: 'POST',
        body: fields,
        headers: signature === null ? {} : { 'x-twilio-signature': signature },
      });
    const right = signTwilioRequest(TOKEN, { url: `${holdfast.address}/hooks/twilio/sms`, fields });
    expect((await send(right)).status).toBe(200);
    expect((await send(null)).status).toBe(401);
    expect((await send(right.slice(0, -2))).status).toBe(401);
    fields.set('Body', 'esc');
    expect((await send(right)).status).toBe(401);
  });

  async function text(body: string, { from = NUMBER } = {}): Promise<string> {
    return signed(`${holdfast.address}/hooks/twilio/sms`, { From: from, Body: body, MessageSid: `SM${Math.random()}` });
  }
  async function press(url: string, key: string): Promise<string> {
    expect(url).toMatch(new RegExp(`^${holdfast.address}/hooks/twilio/voice/pag_`));
    return signed(url, { Digits: key, CallSid: 'CA1', To: NUMBER });
  }
});

async function slack(
  path: string,
  values: Record<string, string>,
  { secret = SLACK_SECRET, ageSeconds = 0 } = {},
): Promise<Response> {
  const body = new URLSearchParams(values).toString();
  const timestamp = String(Math.floor(Date.now() / 1_000) - ageSeconds);
  return fetch(`${holdfast.address}/hooks/slack/${path}`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signSlackRequest(secret, { body, timestamp }),
    },
  });
}

async function signed(url: string, values: Record<string, string>): Promise<string> {
  const fields = new URLSearchParams(values);
  const signature = signTwilioRequest(TOKEN, { url, fields });
  const response = await fetch(url, { method: 'POST', body: fields, headers: { 'x-twilio-signature': signature } });
  expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8');
  expect(response.status).toBe(200);
  return response.text();
}

async function onCallIsAda(): Promise<void> {
  await holdfast.api('POST', '/api/v1/users', { name: 'grace', role: 'operator' });
  const step = (name: string, after: string, user: string, ...more: object[]) => ({
    name,
    when: [{ unackedAfter: after }],
    to: [{ user }, ...more],
  });
  const text = stringify({
    policies: {
      path: { steps: [step('first', '0s', 'ada', { channel: 'slack:incidents' }), step('second', '1h', 'grace')] },
    },
    routes: [{ policy: 'path', match: {} }],
  });
  await holdfast.api('POST', '/api/v1/oncall/apply', { text });
}

const declare = (title: string) => holdfast.api<Incident>('POST', '/api/v1/incidents', { title, severity: 1 });
const read = ({ id }: Incident) => holdfast.api<Incident>('GET', `/api/v1/incidents/${id}`);

async function asAda<Answer>(method: string, path: string, body: object): Promise<{ status: number; body: Answer }> {
  const response = await fetch(holdfast.address + path, {
    method,
    headers: { authorization: `Bearer ${ada}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}
