import type { Command } from 'commander';
import { EXIT } from '../../platform/errors/exit-code.ts';
import type { CliContext } from '../cli-context.ts';

const EXAMPLE = `
Examples:
  holdfast demo                 leaves the UI up until Ctrl-C
  holdfast demo --once          ends after the story, exit code 0 only if the service was really repaired
  holdfast demo --once --json   one line of JSON per event`;

/** `holdfast demo`: the whole loop on a real service. */
export function defineCommand(command: Command, context: CliContext): void {
  command.option('--once', 'end after the story').addHelpText('after', EXAMPLE);
  command.action(async () => {
    const { runDemo } = await import('../../demo/run-demo.ts');
    const { createNarrator } = await import('../../demo/narrator.ts');
    const { json, color, data } = context.globals();
    const interrupt = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
    await runDemo({
      dataFolder: data ?? 'data',
      once: command.opts<{ once?: boolean }>().once === true,
      narrator: createNarrator({
        json,
        color: color && process.stdout.isTTY === true && !context.environment['NO_COLOR'],
        unicode: /utf-?8/i.test(context.environment['LC_ALL'] || context.environment['LC_CTYPE'] || context.environment['LANG'] || ''),
        write: (text) => process.stdout.write(text),
      }),
      environment: context.environment,
      signal: interrupt.signal,
    });
    if (interrupt.signal.aborted) context.setExitCode(EXIT.interrupted);
    process.exit();
  });
}
