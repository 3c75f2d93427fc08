import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SmtpBehaviour, type SmtpFake, startSmtpServer } from '../../../test/fakes/smtp-server.ts';
import { programOnPath, requireServer } from '../../../test/harness/require-server.ts';
import type { EmailSettings } from '../../detect/alerting/config/index.ts';
import { createNotificationTemplates, type Notification } from '../../respond/comms/alertmanager/index.ts';
import { createAlertEmail } from './alert-email.ts';
import { parseAddresses } from './parse-addresses.ts';

const running: SmtpFake[] = [];
afterEach(async () => {
  for (const fake of running.splice(0)) await fake.close();
});
async function start(behaviour: SmtpBehaviour = {}): Promise<SmtpFake> {
  const fake = await startSmtpServer(behaviour);
  running.push(fake);
  return fake;
}

const none = { value: null, file: null };
const of = (value: string) => ({ value, file: null });
const settings = (port: number, changes: Partial<EmailSettings> = {}): EmailSettings => ({
  to: 'ops@example.org',
  from: 'Alerts <am@example.org>',
  hello: 'me.example.org',
  smarthost: { host: '127.0.0.1', port: String(port) },
  authUsername: '',
  authPassword: none,
  authSecret: none,
  authIdentity: '',
  headers: {},
  html: '<p>{{ .Status }} {{ .CommonAnnotations.summary }}</p>',
  text: '',
  requireTls: false,
  tls: {
    ca: null,
    caFile: null,
    cert: null,
    certFile: null,
    key: null,
    keyFile: null,
    serverName: null,
    insecureSkipVerify: false,
    minVersion: null,
    maxVersion: null,
  },
  forceImplicitTls: null,
  threading: { enabled: false, byDate: 'daily' },
  ...changes,
});

const notification: Notification = {
  receiver: 'r',
  groupKey: '{}:{a="b"}',
  groupLabels: { a: 'b' },
  routeLabels: {},
  reason: 'first notification',
  externalUrl: 'http://am',
  alerts: [
    {
      status: 'firing',
      labels: { a: 'b' },
      annotations: { summary: 'grüße <x>' },
      startsAt: new Date('2026-03-01T10:00:00Z'),
      endsAt: null,
      generatorURL: '',
      fingerprint: 'f',
    },
  ],
};
const templates = createNotificationTemplates([]);

async function send(given: EmailSettings, dedupKey = 'ntf_1', timeoutMs = 10_000) {
  const email = createAlertEmail(given, { now: () => new Date('2026-03-01T10:00:01Z') });
  const payload = JSON.parse(JSON.stringify(await email.prepare(notification, templates.for(notification))));
  return email.send(payload, dedupKey, AbortSignal.timeout(timeoutMs));
}

describe('a mail', () => {
  it('arrives with its headers, the same each time it is sent', async () => {
    const fake = await start();
    const given = settings(fake.port, {
      to: 'Ops <ops@example.org>, second@example.org',
      text: 'plain {{ .Status }}',
      headers: { Subject: 'ü {{ .Status }}', 'X-Own': '{{ .GroupLabels.a }}\nBcc: evil@example.org' },
      threading: { enabled: true, byDate: 'daily' },
    });
    expect(await send(given)).toEqual({ kind: 'sent' });
    expect(await send(given)).toEqual({ kind: 'sent' });
    const [mail, again] = fake.mails;
    expect(mail).toMatchObject({ from: 'am@example.org', to: ['ops@example.org', 'second@example.org'], login: null });
    const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'mi').exec(mail?.data ?? '')?.[1]?.trim();
    expect(header('Message-ID')).toMatch(/^<ntf_1@.+>$/);
    expect(header('Subject')).toMatch(/^=\?UTF-8\?/i);
    expect(header('X-Own')).toBe('b Bcc: evil@example.org');
    expect(header('Bcc')).toBeUndefined();
    expect(header('Date')).toBe('Sun, 01 Mar 2026 10:00:01 +0000');
    expect(header('References')).toMatch(/^<alert-[0-9a-f]{16}-2026-03-01@alertmanager>$/);
    expect(header('In-Reply-To')).toBe(header('References'));
    expect(mail?.data).toContain('plain firing');
    expect(mail?.data).toContain('<p>firing gr=C3=BC=C3=9Fe &lt;x&gt;</p>');
    const withoutBoundary = (data = '') => data.replaceAll(/--_NmP-[^\s"]+|boundary="[^"]+"/g, '');
    expect(withoutBoundary(again?.data)).toBe(withoutBoundary(mail?.data));
    expect(fake.commands[0]).toBe('EHLO me.example.org');
  });

  it.each<[string, Partial<EmailSettings>, string]>([
    ['two senders', { from: 'a@b, c@d' }, "must be exactly one 'from' address (got: 2)"],
    ['no recipient', { to: '{{ .GroupLabels.nope }}' }, "parse 'to' addresses: no address"],
    ['a recipient that is none', { to: 'somebody' }, 'parse \'to\' addresses: "somebody" is none'],
    ['a template that fails', { to: '{{ .Nope }}' }, "can't evaluate field Nope"],
  ])('to or from %s is not prepared', async (_what, changes, message) => {
    await expect(send(settings(1, changes))).rejects.toThrow(message);
  });

  it('knows lists of addresses', () => {
    expect(parseAddresses('"A, B" <a@example.org>, c@example.org', 'to')).toEqual(['a@example.org', 'c@example.org']);
  });
});

describe('a login', () => {
  const users = { me: 'pass', 'me-too': 'secret' };
  it.each<[string, Partial<EmailSettings>, string]>([
    ['PLAIN', { authUsername: 'me', authPassword: of('pass'), authIdentity: 'id' }, 'me'],
    ['LOGIN', { authUsername: 'me', authPassword: of('pass') }, 'me'],
    ['CRAM-MD5 PLAIN', { authUsername: 'me', authPassword: of('pass') }, 'me'],
  ])('by %s is made by the first way there is what is needed for', async (auth, changes, login) => {
    const fake = await start({ auth, users });
    expect(await send(settings(fake.port, changes))).toEqual({ kind: 'sent' });
    expect(fake.mails[0]?.login).toBe(login);
  });

  it('by CRAM-MD5 sends no password', async () => {
    const { createHmac } = await import('node:crypto');
    const digest = createHmac('md5', 'secret').update('<1.2@fake>').digest('hex');
    const fake = await start({ auth: 'CRAM-MD5 PLAIN', users: { me: digest } });
    expect(
      await send(settings(fake.port, { authUsername: 'me', authPassword: of('pass'), authSecret: of('secret') })),
    ).toEqual({ kind: 'sent' });
    expect(fake.mails[0]?.login).toBe('me');
    expect(fake.commands.join()).not.toContain('PLAIN');
  });

  it('that is refused, or has nothing to log in with, says so without the password', async () => {
    const fake = await start({ auth: 'PLAIN', users: { me: 'other' } });
    expect(await send(settings(fake.port, { authUsername: 'me', authPassword: of('hunter') }))).toMatchObject({
      kind: 'try-later',
      reason: expect.not.stringContaining('hunter'),
    });
    expect(await send(settings(fake.port, { authUsername: 'me' }))).toEqual({
      kind: 'try-later',
      reason: 'no way to log in: missing password for PLAIN auth mechanism',
      afterMs: null,
    });
    expect(fake.mails).toEqual([]);
  });

  it('is left out where the server offers none', async () => {
    const fake = await start();
    expect(await send(settings(fake.port, { authUsername: 'me', authPassword: of('pass') }))).toEqual({ kind: 'sent' });
  });
});

describe('a server that', () => {
  it.each<[string, SmtpBehaviour, object]>([
    ['is busy', { answers: { GREETING: '421 busy' } }, { kind: 'try-later' }],
    [
      'refuses the sender',
      { answers: { MAIL: '550 no' } },
      { kind: 'try-later', reason: 'the mail server answered 550 to MAIL FROM' },
    ],
    [
      'refuses the recipient',
      { answers: { RCPT: '550 no' } },
      { kind: 'try-later', reason: 'the mail server answered 550 to RCPT TO' },
    ],
    [
      'refuses the mail',
      { answers: { 'DATA END': '552 too large' } },
      { kind: 'try-later', reason: 'the mail server answered 552 to DATA' },
    ],
    ['goes away after the mail', { answers: { 'DATA END': 'close' } }, { kind: 'uncertain' }],
    ['goes away before it', { answers: { DATA: 'close' } }, { kind: 'uncertain' }],
    ['offers no TLS', {}, { kind: 'try-later', reason: 'the mail server answered 502 to STARTTLS' }],
  ])('%s', async (what, behaviour, result) => {
    const fake = await start(behaviour);
    expect(await send(settings(fake.port, { requireTls: what === 'offers no TLS' }))).toMatchObject(result);
  });

  it('hangs is given up when the time is over, before the mail or after it', async () => {
    for (const step of ['GREETING', 'DATA END']) {
      const fake = await start({ answers: { [step]: 'hang' } });
      expect(await send(settings(fake.port), 'ntf_1', 150)).toEqual({ kind: 'uncertain', reason: 'no answer in time' });
    }
  });

  it('is not there', async () => {
    expect(await send(settings(1))).toEqual({ kind: 'try-later', reason: 'connection refused', afterMs: null });
  });
});

const openssl = await requireServer('openssl', programOnPath('openssl'));

describe('TLS', () => {
  let folder = '';
  let tls = { key: '', cert: '' };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-smtp-'));
    if (!openssl.there) return;
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        '-subj',
        '/CN=mail',
        '-addext',
        'subjectAltName=DNS:mail',
      ],
      { stdio: 'ignore' },
    );
    tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(openssl.skipUnlessThere);

  const trusting = (port: number, changes: Partial<EmailSettings>) =>
    settings(port, { ...changes, tls: { ...settings(port).tls, ca: tls.cert, serverName: 'mail' } });

  it('is begun where it is required, and not where it is not', async () => {
    const fake = await start({ tls });
    expect(await send(trusting(fake.port, { requireTls: true }))).toEqual({ kind: 'sent' });
    expect(await send(trusting(fake.port, { requireTls: false }))).toEqual({ kind: 'sent' });
    expect(fake.mails.map((mail) => mail.tls)).toEqual([true, false]);
  });

  it('may be there from the first byte', async () => {
    const fake = await start({ tls, implicitTls: true });
    expect(await send(trusting(fake.port, { requireTls: true, forceImplicitTls: true }))).toEqual({ kind: 'sent' });
    expect(fake.mails[0]?.tls).toBe(true);
  });

  it('with a stranger is refused', async () => {
    const fake = await start({ tls });
    expect(await send(settings(fake.port, { requireTls: true }))).toMatchObject({ kind: 'try-later' });
    expect(fake.mails).toEqual([]);
  });
});
