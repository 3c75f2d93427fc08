import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export type ReceivedMail = { from: string; to: string[]; data: string; tls: boolean; login: string | null };

export type SmtpFake = {
  port: number;
  mails: ReceivedMail[];
  /** Every command as it came. */
  commands: string[];
  close(): Promise<void>;
};

export type SmtpBehaviour = {
  /** Mechanisms in the order they are offered. */
  auth?: string;
  /** Makes STARTTLS offered, or with `implicitTls` the first byte TLS. */
  tls?: { cert: string; key: string };
  implicitTls?: boolean;
  /** What to answer to a command instead: its first word in capitals, or `DATA END`. `hang` says nothing, `close` goes away. */
  answers?: Record<string, string>;
  users?: Record<string, string>;
};

const CHALLENGE = Buffer.from('<1.2@fake>').toString('base64');

/** A mail server for tests: knows the commands that senders use, and any fault they are told. */
export async function startSmtpServer(behaviour: SmtpBehaviour = {}): Promise<SmtpFake> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    const first =
      behaviour.implicitTls && behaviour.tls ? new TLSSocket(socket, { isServer: true, ...behaviour.tls }) : socket;
    converse(first, behaviour, fake);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: SmtpFake = {
    port: (server.address() as AddressInfo).port,
    mails: [],
    commands: [],
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return fake;
}

function converse(first: Socket | TLSSocket, behaviour: SmtpBehaviour, fake: SmtpFake): void {
  let socket = first;
  let mail = { from: '', to: [] as string[] };
  let login: string | null = null;
  let rest = '';
  let inData = false;
  let sasl: string[] | null = null;

  const say = (text: string) => void socket.write(`${text}\r\n`);
  const listen = (to: Socket | TLSSocket) => {
    to.on('error', () => {});
    to.on('data', (chunk: Buffer) => {
      rest += chunk.toString('latin1');
      for (;;) {
        const end = inData ? rest.indexOf('\r\n.\r\n') : rest.indexOf('\r\n');
        if (end < 0) return;
        const line = rest.slice(0, end);
        rest = rest.slice(end + (inData ? 5 : 2));
        if (inData) endData(line);
        else command(line);
      }
    });
  };
  const overridden = (name: string): boolean => {
    const answer = behaviour.answers?.[name];
    if (answer === undefined) return false;
    if (answer === 'close') socket.destroy();
    else if (answer !== 'hang') say(answer);
    return true;
  };
  const endData = (data: string) => {
    inData = false;
    fake.mails.push({ ...mail, data, tls: socket instanceof TLSSocket, login });
    mail = { from: '', to: [] };
    if (!overridden('DATA END')) say('250 taken');
  };
  const endLogin = (user: string, good: boolean) => {
    sasl = null;
    login = good ? user : null;
    say(good ? '235 welcome' : '535 no');
  };
  const continueLogin = (line: string) => {
    const given = Buffer.from(line, 'base64').toString('utf8');
    const [method = '', user] = sasl ?? [];
    if (method === 'LOGIN' && user === undefined) {
      sasl = [method, given];
      say('334 UGFzc3dvcmQ6');
    } else if (method === 'LOGIN') endLogin(user ?? '', behaviour.users?.[user ?? ''] === given);
    else {
      const [name = '', digest = ''] = given.split(' ');
      endLogin(name, digest === behaviour.users?.[name]);
    }
  };
  const command = (line: string) => {
    if (sasl) return continueLogin(line);
    fake.commands.push(line);
    const word = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
    if (overridden(word)) return;
    switch (word) {
      case 'EHLO': {
        const offers = ['250-fake'];
        if (behaviour.auth) offers.push(`250-AUTH ${behaviour.auth}`);
        if (behaviour.tls && !(socket instanceof TLSSocket)) offers.push('250-STARTTLS');
        return say([...offers, '250 HELP'].join('\r\n'));
      }
      case 'STARTTLS': {
        if (!behaviour.tls) return say('502 no');
        say('220 go on');
        socket.removeAllListeners('data');
        socket = new TLSSocket(socket, { isServer: true, ...behaviour.tls });
        return listen(socket);
      }
      case 'AUTH': {
        const [, method = '', initial] = line.split(' ');
        if (method === 'PLAIN') {
          const [, user = '', password = ''] = Buffer.from(initial ?? '', 'base64')
            .toString('utf8')
            .split('\0');
          return endLogin(user, behaviour.users?.[user] === password);
        }
        sasl = [method];
        return say(method === 'CRAM-MD5' ? `334 ${CHALLENGE}` : '334 VXNlcm5hbWU6');
      }
      case 'MAIL':
        mail = { from: /<(.*)>/.exec(line)?.[1] ?? '', to: [] };
        return say('250 ok');
      case 'RCPT':
        mail.to.push(/<(.*)>/.exec(line)?.[1] ?? '');
        return say('250 ok');
      case 'DATA':
        inData = true;
        return say('354 go on');
      case 'QUIT':
        say('221 bye');
        return void socket.end();
      default:
        return say('250 ok');
    }
  };
  listen(socket);
  if (!overridden('GREETING')) say('220 fake');
}
