import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const LAUNCHER = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));
/** Many start at once on a busy machine. */
const START_LIMIT_MS = 60_000;
const ANSWER_LIMIT_MS = 10_000;

export type ServerProcess = {
  child: ChildProcess;
  pid: number;
  address: string;
  /** The one-time link of the first administrator, when this start gave one. */
  firstLink: string | null;
  /** The local administrator's token. */
  token: string;
  /** Log lines so far, newest last. */
  log: string[];
  /** Calls the API as the local administrator; throws on an answer that is not 2xx. */
  api<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  /** Asks it to stop, and waits. */
  stop(): Promise<number | null>;
  ended: Promise<number | null>;
};

/** Starts the real server as a process; it ends when this process does. */
export async function startServerProcess(options: {
  folder: string;
  config: object;
  environment?: NodeJS.ProcessEnv;
  name?: string;
}): Promise<ServerProcess> {
  const name = options.name ?? 'holdfast';
  const configFile = join(options.folder, `${name}.yaml`);
  const data = join(options.folder, name);
  writeFileSync(
    configFile,
    stringify({
      listen: '127.0.0.1:0',
      data,
      embeddedPostgres: { sharedBuffers: '16MiB' },
      ui: { build: false },
      ...options.config,
    }),
  );
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', ...options.environment };
  const child = spawn(process.execPath, [LAUNCHER, 'serve', '--stop-with-stdin', '--config', configFile], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env,
  });
  child.stdin.on('error', () => {});
  const log: string[] = [];
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const started = await new Promise<{ address: string; firstLink: string | null }>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not listening after ${START_LIMIT_MS} ms:\n${log.join('\n')}`));
    }, START_LIMIT_MS);
    let address: string | null = null;
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      const said = parse(line);
      if (said['msg'] === 'listening') address = String(said['address']);
      if (address === null) return;
      // The first link, when there is one, is the line right after.
      const link = typeof said['link'] === 'string' ? said['link'] : null;
      if (said['msg'] === 'listening') setImmediate(() => settle(null));
      if (link !== null) settle(link);
    });
    const settle = (firstLink: string | null) => {
      clearTimeout(timer);
      resolve({ address: address ?? '', firstLink });
    };
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code} before it listened:\n${log.join('\n')}`));
    });
  });
  const token = readFileSync(join(data, 'cli-token'), 'utf8').trim();
  return {
    child,
    pid: child.pid ?? 0,
    ...started,
    token,
    log,
    ended,
    async api(method, path, body) {
      const response = await fetch(`${started.address}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
      return JSON.parse(text);
    },
    async stop() {
      child.stdin.end();
      return ended;
    },
  };
}

function parse(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
