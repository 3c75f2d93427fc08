import { replaceFirstRegex } from '../../../../platform/go-template/go-regex.ts';
import type { PromqlDialect } from '../dialect.ts';
import { changeLabel } from '../labels.ts';
import { compileWhole } from '../matchers.ts';
import { PromqlError } from '../promql-error.ts';
import type { Sample } from '../values.ts';

/** A label from a part of another one, where that fits an expression. @throws PromqlError */
export function replaceLabel(samples: readonly Sample[], texts: readonly string[], dialect: PromqlDialect): Sample[] {
  const [target = '', replacement = '', source = '', pattern = ''] = texts;
  const regex = compileLabelRegex(pattern);
  checkName('label_replace', 'destination', target, dialect);
  return samples.map((sample) => {
    const replaced = replaceFirstRegex(regex, sample.labels.get(source) ?? '', replacement);
    return replaced === null ? sample : { ...sample, labels: changeLabel(sample.labels, target, replaced) };
  });
}

/** A label from several others. @throws PromqlError */
export function joinLabels(samples: readonly Sample[], texts: readonly string[], dialect: PromqlDialect): Sample[] {
  const [target = '', separator = '', ...sources] = texts;
  for (const source of sources) checkName('label_join', 'source', source, dialect);
  checkName('label_join', 'destination', target, dialect);
  return samples.map((sample) => ({
    ...sample,
    labels: changeLabel(sample.labels, target, sources.map((name) => sample.labels.get(name) ?? '').join(separator)),
  }));
}

function compileLabelRegex(pattern: string): ReturnType<typeof compileWhole> {
  try {
    return compileWhole(pattern);
  } catch {
    throw new PromqlError(`invalid regular expression in label_replace(): ${pattern}`);
  }
}

/** Any text is a name; in Prometheus 2 letters, digits and underscores. */
function checkName(call: string, which: 'source' | 'destination', name: string, dialect: PromqlDialect): void {
  if (dialect === '2' ? !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) : name === '' || !name.isWellFormed())
    throw new PromqlError(`invalid ${which} label name in ${call}(): ${name}`);
}
