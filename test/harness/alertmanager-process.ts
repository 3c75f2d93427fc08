import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));
const START_LIMIT_MS = 30_000;

/** Holdfast in the place of Alertmanager, or the real one, as a process with its own folder. */
export type AlertmanagerProcess = {
  child: ChildProcess;
  /** With the prefix, without a slash at its end. */
  url: string;
  log: string[];
  configFile: string;
  ended: Promise<number | null>;
  stop(): Promise<number | null>;
};

export async function startAlertmanager(options: {
  folder: string;
  config: string;
  flags?: readonly string[];
  /** The real one when it is to be the other side. */
  program?: string;
  prefix?: string;
}): Promise<AlertmanagerProcess> {
  const configFile = join(options.folder, 'alertmanager.yml');
  writeFileSync(configFile, options.config);
  const args = [
    ...['--config.file', configFile, '--storage.path', join(options.folder, 'storage')],
    ...['--web.listen-address', '127.0.0.1:0', '--cluster.listen-address=', ...(options.flags ?? [])],
  ];
  const child = options.program
    ? spawn(options.program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    : spawn(process.execPath, [LAUNCHER, 'alertmanager', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const log: string[] = [];
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not listening after ${START_LIMIT_MS} ms:\n${log.join('\n')}`));
    }, START_LIMIT_MS);
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      log.push(line);
      const found = /Listening on.*address=(\S+)/.exec(line)?.[1];
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code} before it listened:\n${log.join('\n')}`));
    });
  });
  return {
    child,
    url: `http://${address}${options.prefix ?? ''}`,
    log,
    configFile,
    ended,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Sends alerts, as Prometheus does. @returns whether they were taken */
export async function sendAlerts(
  url: string,
  alerts: readonly object[],
  headers: Record<string, string> = {},
): Promise<boolean> {
  const answer = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(alerts),
  });
  await answer.arrayBuffer();
  return answer.status === 200;
}
