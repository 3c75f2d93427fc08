import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireServer } from '../require-server.ts';
import { makeFolder, startProgram } from './start-program.ts';

const BUILD_SCRIPT = fileURLToPath(new URL('./build-collector.sh', import.meta.url));
const program = () => join(execFileSync(BUILD_SCRIPT, ['--path'], { encoding: 'utf8' }).trim(), 'otelcol');

/** A real OpenTelemetry Collector: needs what build-collector.sh builds. */
export const requireCollector = () =>
  requireServer('collector', () => {
    try {
      accessSync(program(), constants.X_OK);
      return null;
    } catch {
      return `no ${program()}; test/harness/servers/build-collector.sh builds it`;
    }
  });

/** Starts it with configurations, the later ones laid over the earlier, and the variables that these name. */
export async function startCollector(options: {
  configFiles: readonly string[];
  environment: Readonly<Record<string, string>>;
  isReady(): Promise<boolean>;
}): Promise<{ stop(): Promise<void> }> {
  const folder = await makeFolder('collector');
  const running = await startProgram({
    program: program(),
    args: options.configFiles.flatMap((file) => ['--config', file]),
    folder: folder.path,
    environment: options.environment,
    isReady: options.isReady,
  });
  return {
    async stop() {
      await running.stop();
      folder.remove();
    },
  };
}
