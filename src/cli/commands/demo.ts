import type { Command } from 'commander';
import { EXIT } from '../../platform/errors/exit-code.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';

/** `holdfast demo`: the whole loop on a real service. */
export function defineCommand(command: Command, context: CliContext): void {
  command.option('--once', 'end after the story; exit code 0 only if the service was really repaired');
  addExamples(
    command,
    'holdfast demo                 leaves the UI up until Ctrl-C',
    'holdfast demo --once          ends after the story',
    'holdfast demo --once --json   one line of JSON per event',
  );
  command.action(async ({ once }: { once?: boolean }) => {
    const { runDemo } = await import('../../demo/run-demo.ts');
    const { createNarrator } = await import('../../demo/narrator.ts');
    const { data, json } = context.globals();
    const output = context.output();
    const interrupt = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
    await runDemo({
      dataFolder: data ?? 'data',
      once: once === true,
      narrator: createNarrator({
        json,
        color: output.color,
        unicode: output.unicode,
        write: (text) => process.stdout.write(text),
      }),
      environment: context.environment,
      signal: interrupt.signal,
    });
    if (interrupt.signal.aborted) context.setExitCode(EXIT.interrupted);
    process.exit();
  });
}
