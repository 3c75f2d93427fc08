import { HoldfastError } from '../errors/holdfast-error.ts';

/** One thing wrong with the configuration: where it was written, which key, and what is wrong with it. */
export type ConfigProblem = {
  /** `holdfast.yaml:3:5`, `--listen`, `DATABASE_URL`, or `defaults`. */
  where: string;
  /** The dotted key, or '' for the file as a whole. */
  key: string;
  message: string;
};

export function renderProblem({ where, key, message }: ConfigProblem): string {
  return key === '' ? `${where}: ${message}` : `${where}: ${key}: ${message}`;
}

/** All problems as one error, so that an operator repairs the file once. */
export function configError(problems: readonly ConfigProblem[]): HoldfastError {
  const lines = problems.map(renderProblem);
  const [only = ''] = lines;
  return new HoldfastError({
    code: 'config.invalid',
    kind: 'invalid',
    message:
      lines.length === 1
        ? `the configuration is not valid: ${only}`
        : `the configuration is not valid, ${lines.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    hint: 'Correct it and check with `holdfast validate-config`; every key is described in docs/configuration.md.',
  });
}
