import { execFile } from 'node:child_process';
import { access, chmod, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireServer } from '../require-server.ts';
import { findFreePorts, makeFolder, startProgram } from './start-program.ts';

const run = promisify(execFile);
const SSHD = '/usr/sbin/sshd';

/** Debian keeps it outside of the PATH of ordinary accounts. */
export const requireSshd = () =>
  requireServer('sshd', async () => {
    for (const program of [SSHD, '/usr/bin/ssh', '/usr/bin/ssh-keygen']) {
      if (!(await isExecutable(program))) return `no program ${program}`;
    }
    return null;
  });

const isExecutable = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

export type TestSshd = {
  host: string;
  port: number;
  /** A second port of the same server, on which `forcedCommand` stands before every command. */
  forcedPort: number;
  user: string;
  identityFile: string;
  knownHostsFile: string;
  folder: string;
  stop(): Promise<void>;
};

/**
 * An OpenSSH server for the account the tests run as, with keys of its own.
 * @param options.forcedCommand a program; it gets the command that was asked for in SSH_ORIGINAL_COMMAND
 */
export async function startSshd(options: { forcedCommand?: string } = {}): Promise<TestSshd> {
  const folder = await makeFolder('sshd');
  const at = (name: string) => join(folder.path, name);
  const [port = 0, forcedPort = 0] = await findFreePorts(2);
  for (const name of ['host_key', 'identity']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  }
  await writeFile(at('authorized_keys'), await readFile(at('identity.pub')));
  const hostKey = (await readFile(at('host_key.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
  await writeFile(at('known_hosts'), [port, forcedPort].map((each) => `[127.0.0.1]:${each} ${hostKey}\n`).join(''));
  // Run by root, it separates privileges in a folder that Debian makes at boot.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  await writeFile(
    at('config'),
    [
      `Port ${port}`,
      `Port ${forcedPort}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host_key')}`,
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      `PidFile ${at('pid')}`,
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'UsePAM no',
      // The quickest to agree on: what is tested comes after it.
      'KexAlgorithms curve25519-sha256',
      'MaxStartups 100',
      ...(options.forcedCommand === undefined
        ? []
        : [`Match LocalPort ${forcedPort}`, `  ForceCommand ${options.forcedCommand}`]),
      '',
    ].join('\n'),
  );
  await chmod(at('identity'), 0o600);
  const server = await startProgram({
    program: SSHD,
    args: ['-D', '-e', '-f', at('config')],
    folder: folder.path,
    isReady: async () => (await Promise.all([port, forcedPort].map(accepts))).every(Boolean),
  });
  return {
    host: '127.0.0.1',
    port,
    forcedPort,
    user: userInfo().username,
    identityFile: at('identity'),
    knownHostsFile: at('known_hosts'),
    folder: folder.path,
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
