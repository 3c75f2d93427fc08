import type { Command } from 'commander';
import { explainConfig } from '../../platform/config/explain-config.ts';
import { nearestName } from '../../platform/config/nearest-name.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';

/** `holdfast config explain`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast config explain', 'holdfast config explain listen');
  const explain = command
    .command('explain')
    .argument('[key]', 'one setting, or all below a name: retention')
    .description('Each setting with its value and where that comes from; secrets are masked')
    .option('--set-only', 'only what is not a default');
  addExamples(
    explain,
    'holdfast config explain',
    'holdfast config explain probes --json',
    'HOLDFAST_LISTEN=:9000 holdfast config explain listen',
  );
  explain.action(async (key: string | undefined, { setOnly }: { setOnly?: boolean }) => {
    const output = context.output();
    const all = explainConfig(await context.loadConfig());
    const named =
      key === undefined ? all : all.filter((setting) => setting.key === key || setting.key.startsWith(`${key}.`));
    if (key !== undefined && named.length === 0)
      throw unknownKey(
        key,
        all.map((setting) => setting.key),
      );
    const items = setOnly ? named.filter(({ source }) => source !== 'default') : named;
    if (output.json) return output.printJson({ items, next: null });
    if (items.length === 0) return output.print('Everything is at its default.');
    output.printTable(
      [
        { title: 'SETTING', cutTo: 18 },
        { title: 'VALUE', cutTo: 16 },
        { title: 'FROM', cutTo: 12 },
      ],
      items.map((setting) => [setting.key, setting.value, setting.source]),
    );
    output.suggest('What they mean: docs/configuration.md');
  });
}

function unknownKey(key: string, keys: readonly string[]): HoldfastError {
  const groups = keys.flatMap((each) => each.split('.').map((_, at, parts) => parts.slice(0, at + 1).join('.')));
  const near = nearestName(key, [...new Set(groups)]);
  return new HoldfastError({
    code: 'config.unknown-key',
    kind: 'missing',
    message: `there is no setting ${key}${near ? `; did you mean ${near}?` : ''}`,
    hint: 'All of them: holdfast config explain',
  });
}
