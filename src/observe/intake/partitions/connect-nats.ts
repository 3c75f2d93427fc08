import { readFile } from 'node:fs/promises';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';

const CONNECT_LIMIT_MS = 5_000;
/** A server that went away is looked for as long as it takes. */
const FOREVER = -1;
const RECONNECT_MS = 500;
/** A connection over which nothing came back for so long is given up. */
const PING_MS = 10_000;
const MOST_PINGS_OUT = 2;

export type NatsOptions = {
  servers: readonly string[];
  credentialsFile: string | null;
  tokenFile: string | null;
  caFile: string | null;
};

/** Opens a connection that finds its servers again by itself. @throws what the client says, or that a file cannot be read */
export async function connectNats(options: NatsOptions): Promise<NatsConnection> {
  const { credentialsFile, tokenFile, caFile } = options;
  return connect({
    servers: [...options.servers],
    name: 'holdfast',
    timeout: CONNECT_LIMIT_MS,
    maxReconnectAttempts: FOREVER,
    reconnectTimeWait: RECONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: MOST_PINGS_OUT,
    ...(credentialsFile === null ? {} : { authenticator: credsAuthenticator(await readFile(credentialsFile)) }),
    ...(tokenFile === null ? {} : { token: (await readFile(tokenFile, 'utf8')).trim() }),
    ...(caFile === null ? {} : { tls: { caFile } }),
  });
}
