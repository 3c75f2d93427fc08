import type { Command } from 'commander';
import { renderProblem } from '../../platform/config/config-problem.ts';
import { validateConfig } from '../../platform/config/load-config.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { count } from '../terminal/times.ts';

/** `holdfast validate-config`. */
export function defineCommand(command: Command, context: CliContext): void {
  command.argument('[file]', 'the file to look at (default: as `serve` would)');
  addExamples(command, 'holdfast validate-config', 'holdfast validate-config new.yaml && mv new.yaml holdfast.yaml');
  command.action((file: string | undefined) => {
    const output = context.output();
    const verdict = validateConfig(context.configInput(file === undefined ? {} : { config: file }));
    const problems = verdict.valid ? [] : verdict.problems;
    if (output.json) output.printJson({ valid: verdict.valid, problems, warnings: verdict.warnings });
    else {
      for (const problem of problems) output.print(`${output.mark('bad')} ${renderProblem(problem)}`);
      for (const warning of verdict.warnings) output.print(`${output.mark('asks')} ${warning}`);
      if (verdict.valid) output.print(`${output.mark('good')} The configuration is valid.`);
      output.suggest(
        verdict.valid
          ? 'Each value and where it comes from: holdfast config explain'
          : `${count(problems.length, 'problem')}; every key is described in docs/configuration.md`,
      );
    }
    if (!verdict.valid) context.setExitCode(EXIT.invalid);
  });
}
