import { createHmac } from 'node:crypto';

/** What an SMTP server said to a command. */
type SmtpAnswer = { status: number; text: string };

/** The conversation with a server at the point where it wants to know who we are. */
export type SaslContext = {
  authMethods: string[];
  sendCommand(command: string): Promise<SmtpAnswer>;
};

export type Credentials = {
  identity: string;
  username: string;
  password: string | null;
  /** Of CRAM-MD5, where the password itself is not sent. */
  secret: string | null;
};

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/**
 * Logs in by the first way the server offers that we have what is needed for: CRAM-MD5 before those that send the password.
 * @throws Error when there is none
 */
export async function authenticate(context: SaslContext, credentials: Credentials): Promise<void> {
  const offered = context.authMethods.map((name) => name.toUpperCase());
  const known = Object.entries(METHODS).filter(([method]) => offered.includes(method));
  const usable = known.find(([, { needs }]) => credentials[needs]);
  if (usable) return usable[1].run(context, credentials);
  const [method, login] = known[0] ?? [];
  throw new Error(
    login ? `missing ${login.needs} for ${method} auth mechanism` : `unknown auth mechanism ${offered[0]}`,
  );
}

type Login = { needs: 'password' | 'secret'; run(context: SaslContext, credentials: Credentials): Promise<void> };

/** In the order they are tried. */
const METHODS: Readonly<Record<string, Login>> = {
  'CRAM-MD5': {
    needs: 'secret',
    async run(context, { username, secret }) {
      const { text } = await expectStatus(context.sendCommand('AUTH CRAM-MD5'), 334);
      const challenge = Buffer.from(text.trim(), 'base64');
      const digest = createHmac('md5', secret ?? '')
        .update(challenge)
        .digest('hex');
      await expectStatus(context.sendCommand(base64(`${username} ${digest}`)), 235);
    },
  },
  PLAIN: {
    needs: 'password',
    async run(context, { identity, username, password }) {
      await expectStatus(context.sendCommand(`AUTH PLAIN ${base64(`${identity}\0${username}\0${password}`)}`), 235);
    },
  },
  LOGIN: {
    needs: 'password',
    async run(context, { username, password }) {
      await expectStatus(context.sendCommand('AUTH LOGIN'), 334);
      await expectStatus(context.sendCommand(base64(username)), 334);
      await expectStatus(context.sendCommand(base64(password ?? '')), 235);
    },
  },
};

async function expectStatus(answer: Promise<SmtpAnswer>, status: number): Promise<SmtpAnswer> {
  const read = await answer;
  if (read.status === status) return read;
  throw new Error(`login answered with ${read.status}`);
}
