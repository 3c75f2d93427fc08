import type { Command } from 'commander';
import type { Examined, ExaminedState } from '../../app/doctor/examined.ts';
import { validateConfig } from '../../platform/config/load-config.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import type { CliContext } from '../cli-context.ts';
import { findRunningServer } from '../find-server.ts';
import { addExamples } from '../options/examples.ts';
import type { Tone } from '../terminal/output.ts';
import { count } from '../terminal/times.ts';

const TONES: Readonly<Record<ExaminedState, Tone>> = { good: 'good', warning: 'asks', bad: 'bad', skipped: 'plain' };
const NAME_WIDTH = 20;

/** `holdfast doctor`. */
export function defineCommand(command: Command, context: CliContext): void {
  command.option('--strict', 'exit code 1 on warnings too');
  addExamples(command, 'holdfast doctor', 'holdfast doctor --json | jq ".items[] | select(.state != \\"good\\")"');
  command.action(async ({ strict }: { strict?: boolean }) => {
    const output = context.output();
    const { examineEverything } = await import('../../app/doctor/examine-everything.ts');
    const verdict = validateConfig(context.configInput());
    const server = verdict.valid ? await findRunningServer(verdict.config.data) : null;
    const items: Examined[] = [];
    const { version, environment } = context;
    for await (const examined of examineEverything({
      verdict,
      serverAddress: server?.address ?? null,
      version,
      environment,
    })) {
      items.push(examined);
      if (!output.json && !(output.quiet && examined.state === 'good')) {
        const name = `${output.mark(TONES[examined.state])} ${output.bold(examined.name.padEnd(NAME_WIDTH))}`;
        output.print(`${name}  ${examined.text}${examined.advice === null ? '' : `\n    ${examined.advice}`}`);
      }
    }
    const broken = items.filter(({ state }) => state === 'bad').length;
    const warnings = items.filter(({ state }) => state === 'warning').length;
    const failed = broken > 0 || (strict === true && warnings > 0);
    if (output.json) output.printJson({ ok: !failed, items, next: null });
    else
      output.suggest(
        broken + warnings === 0
          ? 'Everything is well.'
          : `${count(broken, 'thing')} broken, ${count(warnings, 'warning')}. More of a server: GET /health`,
      );
    if (failed) context.setExitCode(EXIT.found);
  });
}
