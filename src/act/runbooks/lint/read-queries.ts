import { DYNAMIC } from '../risk/shell-words.ts';
import type { LintBlock, LintDocument, LintQuery } from './lint-document.ts';

const FUNCTIONS =
  /\b(?:rate|irate|increase|delta|deriv|histogram_quantile|sum|avg|max|min|count|topk|bottomk|quantile|changes|absent|predict_linear|avg_over_time|max_over_time|min_over_time|sum_over_time|label_replace)\s*(?:by\s*\(|without\s*\(|\()/;
const METRIC = '[a-zA-Z_:][\\w:]*_[\\w:]*';
/** `metric{label="x"} > 0`, `up == 0`, `metric < 10`: a comparison of something that can only be a metric. */
const COMPARISON = new RegExp(
  `^(?:(?:up|${METRIC})\\s*(?:\\{[^}]*\\})?)(?:\\s*[-+*/]\\s*[\\d.()*\\s]+)?\\s*(?:[<>]=?|==|!=)\\s*[\\d.]+\\w?$`,
);
const SELECTOR = new RegExp(`\\b(?:up|${METRIC})\\{[^}]*(?:=~|!~|!=|=)\\s*"`);
const YAML_EXPRESSION = /^([ \t]*(?:-[ \t]+)?(?:expr|query)[ \t]*:[ \t]*)(\S.*)$/gm;

/** PromQL, as far as it can be told from other text. */
export function findQueries(
  document: Pick<LintDocument, 'blocks' | 'commands' | 'text'> & { inline: readonly LintBlock[] },
): LintQuery[] {
  const found: LintQuery[] = [];
  for (const block of document.blocks) {
    if (/^(?:promql|metricsql)$/.test(block.language)) found.push(...queriesOfFence(block));
    else if (block.script !== null || ['yaml', 'yml', 'bash', 'sh', ''].includes(block.language))
      found.push(...queriesOfYaml(block));
  }
  for (const block of document.inline) {
    if (looksLikePromql(block.text)) {
      const name = /^([\w /-]+):/.exec(block.announced)?.[1] ?? '';
      found.push({ text: block.text, at: { start: block.offsetOf(0), end: block.offsetOf(block.text.length) }, name });
    }
  }
  for (const command of document.commands) {
    const [first] = command.args;
    if (/^(?:curl|wget|http)$/.test(command.name) && command.args.some((arg) => /\/api\/v1\/query/.test(arg.value))) {
      for (const arg of command.args) {
        const query = /^(?:--data-urlencode=)?query=(.*)$/s.exec(arg.value)?.[1];
        const head = arg.raw.indexOf('query=') + 'query='.length;
        if (query !== undefined)
          found.push({
            text: query,
            at: { start: arg.start + head, end: arg.end - (/["']$/.test(arg.raw) ? 1 : 0) },
            name: '',
          });
      }
    } else if (command.name === 'promtool' && first?.value === 'query') {
      const words = command.args.slice(2).filter((arg) => !arg.value.startsWith('-'));
      const query = words[1];
      if (query !== undefined && /^(?:instant|range)$/.test(command.args[1]?.value ?? ''))
        found.push({ text: query.value, at: query, name: '' });
    }
  }
  return found.filter((query) => query.text.trim() !== '' && !query.text.includes(DYNAMIC) && !isTemplate(query.text));
}

/** Grafana's and Helm's variables, placeholders and ellipses: nobody knows what will stand there. */
const isTemplate = (text: string) => /\{\{|\[\[|\$\w|\$\{|<[a-z][\w-]*>|\.\.\.|…/.test(text);

function looksLikePromql(text: string): boolean {
  if (text.length > 1_000 || /[;|]|&&/.test(text)) return false;
  if (/^\w+\(\)$|\b[a-z]\w*\.\w+\(/i.test(text)) return false;
  if (COMPARISON.test(text)) return true;
  return FUNCTIONS.test(text) ? /[[{]|_total|_bucket|_seconds|_bytes|_count/.test(text) : SELECTOR.test(text);
}

/** Queries of a fence are separated by blank lines or comments; a line that ends in an operator goes on. */
function queriesOfFence(block: LintBlock): LintQuery[] {
  const found: LintQuery[] = [];
  let from = 0;
  let name = '';
  for (const part of block.text.split(/(\n[ \t]*\n|^[ \t]*#.*$)/m)) {
    const comment = /^[ \t]*#+[ \t]*(.*)$/.exec(part)?.[1];
    if (comment !== undefined) name = comment;
    else if (part.trim() !== '') {
      const start = from + part.search(/\S/);
      const text = part.trim();
      found.push({ text, at: { start: block.offsetOf(start), end: block.offsetOf(start + text.length) }, name });
    }
    from += part.length;
  }
  return found;
}

/** `expr:` of alert and recording rules, also in a manifest fed to a command. Block scalars are read whole. */
function queriesOfYaml(block: LintBlock): LintQuery[] {
  if (!/\b(?:alert|record|expr)\b/.test(block.text)) return [];
  const found: LintQuery[] = [];
  for (const match of block.text.matchAll(YAML_EXPRESSION)) {
    if (!/expr[ \t]*:/.test(match[1]!)) continue;
    const before = block.text.slice(0, match.index).split('\n').slice(-6).join('\n');
    const name =
      /\b(?:alert|record)[ \t]*:[ \t]*["']?([^"'\n]+)/.exec(before.slice(before.lastIndexOf('- ')))?.[1]?.trim() ?? '';
    let start = match.index + match[1]!.length;
    let text = match[2]!.trim();
    if (/^[|>][+-]?\d*$/.test(text)) {
      const indent = /^[ \t]*(?:-[ \t]+)?/.exec(match[1]!)![0].length;
      const rest = block.text.slice(match.index + match[0].length + 1).split('\n');
      const body = [];
      for (const line of rest) {
        if (line.trim() !== '' && /^[ \t]*/.exec(line)![0].length <= indent) break;
        body.push(line);
      }
      start = match.index + match[0].length + 1;
      text = body.join('\n').trimEnd();
    } else if (/^(['"]).*\1$/s.test(text)) {
      start += 1;
      text = text.slice(1, -1).replaceAll('\\"', '"');
    } else text = text.replace(/\s+#.*$/, '');
    found.push({ text, at: { start: block.offsetOf(start), end: block.offsetOf(start + text.length) }, name });
  }
  return found;
}
