import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { placeIn } from '../../../platform/yaml/shape.ts';
import { type Place, type Reading, readYamlDocuments, scalarText } from '../../../platform/yaml/yaml-reading.ts';
import type { LoadedRules, RuleGroup, RuleProblem } from '../rule.ts';
import { readRuleFile, readRuleSpec, toGroups } from './rule-shapes.ts';
import { readSloFile, sloGroups } from './slo-file.ts';
import { readThresholdFile, thresholdGroups } from './threshold-file.ts';

/** More than any catalogue of rules; what is larger is another kind of file. */
const LARGEST_FILE_CHARS = 8 * 1024 * 1024;
const KINDS = 'groups (Prometheus rules), kind: PrometheusRule, metrics (thresholds) or slos';

type Context = { file: string; reading: Reading; notice: (at: object | Place, message: string) => void };

/**
 * Reads a file of rules: Prometheus's own, `PrometheusRule` objects (in documents or lists), thresholds, SLOs. Never
 * throws for bad text; everything wrong is named with its place.
 * @param file its name in problems and in groups
 */
export function loadRules(text: string, file: string): LoadedRules {
  if (text.length > LARGEST_FILE_CHARS) {
    const message = `larger than ${LARGEST_FILE_CHARS / 1024 / 1024} MiB`;
    return { groups: [], problems: [{ file, line: 1, column: 1, message }], notices: [] };
  }
  const groups: RuleGroup[] = [];
  const problems: RuleProblem[] = [];
  const notices: RuleProblem[] = [];
  for (const reading of readYamlDocuments(text)) {
    const context: Context = {
      file,
      reading,
      notice: (at, message) => notices.push({ file, ...('line' in at ? (at as Place) : placeIn(at)), message }),
    };
    if (reading.root !== null) groups.push(...readDocument(reading.root, context));
    problems.push(...reading.problems.map((problem) => ({ file, ...problem })));
  }
  return problems.length > 0
    ? { groups: [], problems: problems.sort(byPlace), notices }
    : { groups: groups.filter(({ rules }) => rules.length > 0), problems, notices };
}

function readDocument(node: Node, context: Context): RuleGroup[] {
  const { reading, file } = context;
  const root = reading.follow(node);
  if (!isMap(root)) {
    reading.report(root, `holds no rules: write ${KINDS}`);
    return [];
  }
  const entries = reading.entriesOf(root);
  if (entries.has('kind') || entries.has('apiVersion')) return readObject(root, context);
  if (entries.has('metrics')) {
    const read = readThresholdFile(root, reading);
    return read ? thresholdGroups(read, context) : [];
  }
  if (entries.has('slos')) {
    const read = readSloFile(root, reading);
    return read ? sloGroups(read, context) : [];
  }
  const read = readRuleFile(root, reading);
  return read ? toGroups(read.groups, { ...context, file }) : [];
}

/** An object of Kubernetes, or a list of such. */
function readObject(node: Node, context: Context): RuleGroup[] {
  const { reading, file } = context;
  const map = reading.follow(node);
  if (!isMap(map) || !reading.enter(map)) {
    if (!isMap(map)) reading.report(node, 'an object must be a map');
    return [];
  }
  const entries = reading.entriesOf(map);
  const wordOf = (key: string): string => {
    const value = reading.follow(entries.get(key)?.value ?? null);
    return isScalar(value) ? scalarText(value) : '';
  };
  const kind = wordOf('kind');
  let groups: RuleGroup[] = [];
  if (kind === 'List' || kind === 'PrometheusRuleList') {
    const items = reading.follow(entries.get('items')?.value ?? null);
    if (isSeq(items)) groups = items.items.flatMap((item) => (item ? readObject(item as Node, context) : []));
    else reading.report(entries.get('items')?.key ?? map, 'a list needs items');
  } else if (kind !== 'PrometheusRule') {
    context.notice(reading.placeOf(map), `an object of kind ${kind || '(none)'} holds no rules and is left out`);
  } else if (!/^monitoring\.coreos\.com\/v\d/.test(wordOf('apiVersion'))) {
    reading.report(entries.get('apiVersion')?.key ?? map, 'apiVersion must be monitoring.coreos.com/v1');
  } else {
    const spec = entries.get('spec')?.value ?? null;
    const read = spec === null ? undefined : readRuleSpec(spec, reading);
    if (spec === null) reading.report(map, 'a PrometheusRule needs a spec');
    if (read) groups = toGroups(read.groups, { ...context, file: `${file}:${nameOf(entries.get('metadata')?.value)}` });
  }
  reading.leave();
  return groups;

  function nameOf(metadata: Node | null | undefined): string {
    const about = reading.follow(metadata ?? null);
    if (!isMap(about)) return '';
    const fields = reading.entriesOf(about);
    const field = (key: string) => {
      const value = reading.follow(fields.get(key)?.value ?? null);
      return isScalar(value) ? scalarText(value) : '';
    };
    const namespace = field('namespace');
    return namespace === '' ? field('name') : `${namespace}/${field('name')}`;
  }
}

function byPlace(one: RuleProblem, other: RuleProblem): number {
  return one.line - other.line || one.column - other.column;
}
