import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EXIT } from '../platform/errors/exit-code.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { answerAtTerminal } from './answer-run.ts';
import { createApiClient, route } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { exitCodeOfRun, followRun } from './follow-run.ts';
import { startTemporaryServer } from './local-server.ts';
import { type RunRequest, startRun } from './start-run.ts';
import { canAsk } from './terminal/ask-line.ts';

const CANCEL_LIMIT_MS = 10_000;

/**
 * Carries a runbook out on a server that lives as long as the run. What it asks is asked at the terminal; without one a
 * run that needs a person is cancelled, because nobody could answer it later.
 */
export async function runLocally(context: CliContext, request: RunRequest): Promise<void> {
  const output = context.output();
  if (!(await stat(request.file).catch(() => null))?.isFile()) {
    throw new HoldfastError({
      code: 'runbook.missing',
      kind: 'missing',
      message: `there is no file ${request.file}`,
      hint: 'With --local, name the file by its path.',
    });
  }
  const { config } = await context.loadConfig();
  output.note('Starting a server and a database for this run…');
  const server = await startTemporaryServer({
    files: await filesOf(request.file, config.runbooks),
    config,
    environment: context.environment,
  });
  context.cleanUpOnInterrupt(() => server.stop());
  try {
    const api = createApiClient({ address: server.address, token: server.token, dataFolder: null }, context.version);
    const started = await startRun(api, { ...request, file: basename(request.file) });
    const cancel = async () => {
      await api
        .send('POST', route`/api/v1/runs/${started.id}/cancel`, { body: {}, timeoutMs: CANCEL_LIMIT_MS })
        .catch(() => {});
    };
    context.cleanUpOnInterrupt(async () => {
      await cancel();
      await server.stop();
    });
    for (;;) {
      const run = await followRun(api, output, started.id, { throughWaits: false, hints: false });
      const needsPerson = exitCodeOfRun(run) === EXIT.waiting;
      if (needsPerson && canAsk() && !output.json && (await answerAtTerminal(api, output, run))) continue;
      if (needsPerson) {
        await cancel();
        output.note('Nobody is here to answer, and this server ends with the command: the run was cancelled.');
      }
      if (output.json) output.printJson(await api.get(route`/api/v1/runs/${started.id}`));
      context.setExitCode(exitCodeOfRun(run));
      return;
    }
  } finally {
    context.cleanUpOnInterrupt(null);
    await server.stop();
  }
}

/** The runbook and those it calls, by their paths beside it. */
async function filesOf(file: string, folders: readonly string[]): Promise<Map<string, string>> {
  const { loadSubrunbooks, parseRunbook } = await import('../act/runbooks/index.ts');
  const texts = new Map<string, string>();
  const read = async (path: string) => {
    for (const folder of [dirname(file), ...folders]) {
      const text = await readFile(join(folder, path), 'utf8').catch(() => null);
      if (text === null) continue;
      texts.set(path, text);
      return parseRunbook({ file: path, text });
    }
    throw new HoldfastError({
      code: 'runbook.missing',
      kind: 'missing',
      message: `${file} calls ${path}, which is neither beside it nor below a runbooks folder`,
      hint: 'Name it by its path from there.',
    });
  };
  await loadSubrunbooks(await read(basename(file)), read);
  return texts;
}
