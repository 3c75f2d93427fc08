import { accessSync, constants } from 'node:fs';
import type { ResolvedTarget, SshHost } from '../../../act/runs/index.ts';

export type SshTarget = Extract<ResolvedTarget, { kind: 'ssh' }>;

/** To reach a host and agree on keys. */
const CONNECT_TIMEOUT_S = 10;
/** A host that answers none of three of these is taken for dead. */
const ASK_IF_ALIVE_EVERY_S = 10;
const ANSWERS_THAT_MAY_LACK = 3;

/** ssh_config(5) takes no file names with these, or expands them. */
const UNFIT_IN_PATH = /["\\$\p{Cc}]/u;

/**
 * The client's whole configuration for one connection: its user's and the machine's own are not read, so that a step goes
 * where Holdfast's configuration says and nowhere else. Nobody is there to answer a question: none is asked, and a host
 * key that is not known is refused, never learnt.
 * @throws Error when a file it needs cannot be read or named
 */
export function sshSettings(target: SshTarget): string {
  const hosts = [...target.jumps, target];
  return [
    ...hosts.flatMap((host, index) => hostSettings(host, hosts[index - 1])),
    'Host *',
    '  BatchMode yes',
    '  PreferredAuthentications publickey',
    '  StrictHostKeyChecking yes',
    '  GlobalKnownHostsFile /dev/null',
    '  UpdateHostKeys no',
    '  VerifyHostKeyDNS no',
    `  ConnectTimeout ${CONNECT_TIMEOUT_S}`,
    '  ConnectionAttempts 1',
    `  ServerAliveInterval ${ASK_IF_ALIVE_EVERY_S}`,
    `  ServerAliveCountMax ${ANSWERS_THAT_MAY_LACK}`,
    '  RequestTTY no',
    '  EscapeChar none',
    '  ForwardAgent no',
    '  ForwardX11 no',
    '  ClearAllForwardings yes',
    '  PermitLocalCommand no',
    '  ControlMaster no',
    '  ControlPath none',
    '  LogLevel INFO',
    '',
  ].join('\n');
}

function hostSettings(host: SshHost, before: SshHost | undefined): string[] {
  const { identityFile, agentSocket } = host;
  return [
    `Host ${host.name}`,
    `  HostName ${host.host}`,
    `  Port ${host.port}`,
    `  User ${host.user}`,
    `  UserKnownHostsFile ${quotePath('knownHostsFile', host.knownHostsFile)}`,
    ...(identityFile === null
      ? ['  IdentityFile none']
      : [`  IdentityFile ${quotePath('identityFile', identityFile)}`, '  IdentitiesOnly yes']),
    `  IdentityAgent ${agentSocket === null ? 'none' : quotePath('agentSocket', agentSocket)}`,
    `  ProxyJump ${before === undefined ? 'none' : before.name}`,
  ];
}

function quotePath(key: string, path: string): string {
  if (UNFIT_IN_PATH.test(path))
    throw new Error(`${key} is ${JSON.stringify(path)}: ssh takes no path with quotes, backslashes or dollar signs`);
  try {
    accessSync(path, constants.R_OK);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    throw new Error(`${key} is ${path}, which ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}`);
  }
  return `"${path.replaceAll('%', '%%')}"`;
}
