import { isPartHeading } from './heading-words.ts';
import type { FenceEntry, OutlineEntry } from './read-outline.ts';
import type { TabRange } from './unwrap-layouts.ts';

/** Which of several ways a part of a document describes. */
export type Alternative = { group: string; option: string; label: string };
export type Alternatives = {
  /** The ways each entry (fence or item) belongs to, the outermost first. */
  of: Map<OutlineEntry, Alternative[]>;
  /** Headings that only name a way: parts of the procedure around them, not procedures. */
  parts: Set<OutlineEntry>;
};

const OPTION =
  /^(?:\*\*)?(?:option|alternative|variant|variante?|method|approach|solution|möglichkeit|lösung|opción|método|solución|opção|solução|opzione|metodo|soluzione|méthode|решение|вариант|способ|方式|方法|選択肢|选项|方案|解决方案|대안|방법|옵션)\s*#?([A-Z]|\d{1,2}|i{1,3}|one|two|three|four)(?![\w])\s*(?:\([^)]*\))?\s*[:.)–—-]*\s*(.*)$/iu;
const PLATFORMS =
  'docker[- ]compose|docker swarm|docker|kubernetes|k8s|podman|openshift|helm|kustomize|systemd|bare[- ]metal|virtual machines?|vms?|nomad|ecs|eks|gke|aks|fargate|aws|amazon web services|azure|gcp|google cloud|digitalocean|linux|ubuntu|debian|rhel|red hat|centos|fedora|rocky|almalinux|suse|opensuse|arch|alpine|amazon linux|macos|mac os|mac|os x|windows|homebrew|freebsd|postgres(?:ql)?|mysql|mariadb|npm|yarn|pnpm|apt|yum|dnf|omnibus|source';
const PLATFORM_TITLE = new RegExp(
  `^(?:(?:on|for|in|using|with|via|from|unter|für|bei|mit|en|para|sur|pour|avec|в|на|для)\\s+)?(${PLATFORMS})(?:\\s*\\/\\s*(?:${PLATFORMS}))*(?:\\s+(?:users?|hosts?|nodes?|clusters?|deployments?|installations?|environments?|based|systems?))?(?:\\s*\\([^)]*\\))?\\s*:?$`,
  'iu',
);
const PLATFORM_CONDITION = new RegExp(
  `^(?:if|when|for|on|wenn|falls|si|se|если)\\b.{0,60}?\\b(${PLATFORMS})\\b.{0,60}[:,.]?$`,
  'iu',
);
const OR =
  /^(?:or|alternatively|otherwise|or else|oder|alternativ|o bien|o|ou|ou bien|alternativement|или|または|或者|或)(?![\w])[\s,:]*(.{0,120})$/iu;

type Sign = { kind: 'option' | 'platform'; option: string; label: string };

/** Finds "Option 1 / Option 2", "Docker / Kubernetes", "if on Ubuntu / if on RHEL", "… or …" and tabs. */
export function findAlternatives(entries: readonly OutlineEntry[], tabs: readonly TabRange[]): Alternatives {
  const found: Alternatives = { of: new Map(), parts: new Set() };
  for (const entry of entries) {
    const tab = tabs.findLast((each) => each.from <= entry.line && entry.line <= each.to);
    const several = tab !== undefined && tabs.some((each) => each.group === tab.group && each.label !== tab.label);
    if (several && runs(entry)) note(found, entry, { group: tab.group, option: slug(tab.label), label: tab.label });
  }
  byHeadings(entries, found);
  byLabels(entries, found);
  byOr(entries, found);
  outermostFirst(entries, found);
  return found;
}

/** Notes a way of an entry; the first one of a group counts. */
function note(found: Alternatives, entry: OutlineEntry, way: Alternative): void {
  const ways = found.of.get(entry) ?? [];
  if (!ways.some((each) => each.group === way.group)) found.of.set(entry, [...ways, way]);
}

/** Of two ways of one entry, that which reaches further around it is the outer one. */
function outermostFirst(entries: readonly OutlineEntry[], found: Alternatives): void {
  entries.forEach((entry, at) => {
    const ways = found.of.get(entry);
    if (ways === undefined || ways.length < 2) return;
    const reach = (way: Alternative) => {
      const same = (place: number) =>
        found.of.get(entries[place]!)?.some((each) => each.group === way.group && each.option === way.option) === true;
      const passes = (place: number) => !runs(entries[place]!) || same(place);
      let from = at;
      let to = at;
      while (from > 0 && passes(from - 1)) from--;
      while (to < entries.length - 1 && passes(to + 1)) to++;
      return to - from;
    };
    found.of.set(
      entry,
      ways
        .map((way) => ({ way, reach: reach(way) }))
        .sort((left, right) => right.reach - left.reach)
        .map(({ way }) => way),
    );
  });
}

const runs = (entry: OutlineEntry) =>
  entry.kind === 'fence' || entry.kind === 'item' || entry.kind === 'bullet' || entry.kind === 'check';
const slug = (label: string) =>
  label
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'other';

function signOf(title: string): Sign | null {
  const option = OPTION.exec(title.trim());
  if (option !== null)
    return {
      kind: 'option',
      option: option[1]!.toLowerCase(),
      label: option[2]!.replace(/[:*]+$/, '').trim() || title.trim(),
    };
  const platform = PLATFORM_TITLE.exec(title.trim()) ?? PLATFORM_CONDITION.exec(title.trim());
  if (platform === null || title.length > 140) return null;
  return { kind: 'platform', option: slug(platform[1]!).replace(/^k8s$/, 'kubernetes'), label: platform[1]! };
}

/** Sibling headings that name ways: everything below each belongs to it. */
function byHeadings(entries: readonly OutlineEntry[], found: Alternatives): void {
  const groups = new Map<string, { at: number; sign: Sign; depth: number }[]>();
  const parents: { depth: number; at: number }[] = [];
  entries.forEach((entry, at) => {
    if (entry.kind !== 'heading') return;
    while (parents.length > 0 && parents.at(-1)!.depth >= entry.depth) parents.pop();
    const sign = entry.depth >= 2 ? signOf(entry.title) : null;
    if (sign !== null && parents.length > 0) {
      const key = `${parents.at(-1)!.at}:${sign.kind}:${entry.depth}`;
      groups.set(key, [...(groups.get(key) ?? []), { at, sign, depth: entry.depth }]);
    }
    parents.push({ depth: entry.depth, at });
  });
  for (const group of groups.values()) {
    if (new Set(group.map((each) => each.sign.option)).size < 2) continue;
    const parent = entries[group[0]!.at]!;
    const name = group[0]!.sign.kind === 'platform' ? '=platform' : `=option-${parent.line}`;
    for (const { at, sign, depth } of group) {
      found.parts.add(entries[at]!);
      for (let next = at + 1; next < entries.length; next++) {
        const entry = entries[next]!;
        if (entry.kind === 'heading' && entry.depth <= depth) break;
        if (runs(entry)) note(found, entry, { group: name.slice(1), option: sign.option, label: sign.label });
      }
    }
  }
}

/** Bold labels, short paragraphs and items between two headings that name ways. */
function byLabels(entries: readonly OutlineEntry[], found: Alternatives): void {
  let section: { at: number; sign: Sign }[] = [];
  const settle = (end: number) => {
    const ofKind = (kind: Sign['kind']) => section.filter((each) => each.sign.kind === kind);
    // Platforms are asked for once in a procedure, numbered options each time they begin anew.
    const questions = [
      ...splitQuestions(ofKind('option')).map((own) => ({ kind: 'option' as const, own })),
      { kind: 'platform' as const, own: ofKind('platform') },
    ];
    for (const { kind, own } of questions) {
      if (new Set(own.map((each) => each.sign.option)).size < 2) continue;
      const name = kind === 'platform' ? 'platform' : `option-${entries[own[0]!.at]!.line}`;
      for (const { at, sign } of own) {
        const until = ofKind(kind).find((each) => each.at > at)?.at ?? end;
        for (let next = at; next < until; next++) {
          const entry = entries[next]!;
          // A label of another kind, or a numbered item after an alternative in prose, goes on with the procedure.
          if (next > at && (entry.kind === 'heading' || (entry.kind === 'label' && signOf(entry.title) === null)))
            break;
          if (next > at && entries[at]!.kind === 'text' && entry.kind === 'item') break;
          // Bullets of one numbered item: the next item is for whichever of them was taken.
          const own = entries[at]!;
          if (next > at && own.kind === 'bullet' && own.inItem && entry.kind === 'item') break;
          if (next > at && entries[at]!.kind === 'item' && entry.kind === 'item' && signOf(entry.title) === null) break;
          if (runs(entry)) note(found, entry, { group: name, option: sign.option, label: sign.label });
        }
      }
    }
    section = [];
  };
  entries.forEach((entry, at) => {
    if (entry.kind === 'heading' && !isPartHeading(entry.title, 2)) settle(at);
    const title =
      entry.kind === 'label' || entry.kind === 'item'
        ? entry.title
        : (entry.kind === 'text' || entry.kind === 'bullet') && entry.text.length <= 140
          ? entry.text.split('\n').at(-1)!
          : '';
    const sign = title === '' ? null : signOf(title.replace(/:\s*$/, ''));
    if (sign !== null) section.push({ at, sign });
  });
  settle(entries.length);
}

/**
 * Options of one stretch by the question they answer: where a number comes again with other words, another one is asked.
 * What goes on with the same words, or has no second option, belongs to the question before.
 */
function splitQuestions(options: { at: number; sign: Sign }[]): { at: number; sign: Sign }[][] {
  const questions: { at: number; sign: Sign }[][] = [];
  options.forEach((each, place) => {
    const current = questions.at(-1);
    const same = current?.find(({ sign }) => sign.option === each.sign.option);
    const begins = same !== undefined && same.sign.label !== each.sign.label;
    const rest = new Set(options.slice(place).map(({ sign }) => sign.option));
    if (!current || (begins && rest.size > 1)) questions.push([each]);
    else current.push(each);
  });
  return questions;
}

const waysOf = (found: Alternatives, entry: OutlineEntry) => JSON.stringify(found.of.get(entry) ?? []);

/** A fence, "or", another fence. */
function byOr(entries: readonly OutlineEntry[], found: Alternatives): void {
  let before: FenceEntry | null = null;
  let or: string | null = null;
  let group: { name: string; count: number } | null = null;
  /** The ways around the group: it ends with them. */
  let outer = '';
  for (const entry of entries) {
    if (entry.kind === 'fence') {
      const within = group === null && before !== null ? waysOf(found, before) : outer;
      if (before !== null && or !== null && waysOf(found, entry) === within) {
        if (group === null) {
          outer = within;
          group = { name: `alternative-${before.line}`, count: 1 };
          note(found, before, { group: group.name, option: '1', label: 'Alternative 1' });
        }
        if (group !== null) {
          group.count++;
          note(found, entry, {
            group: group.name,
            option: String(group.count),
            label: or === '' ? `Alternative ${group.count}` : or,
          });
        }
      } else group = null;
      before = entry;
      or = null;
    } else if (entry.kind === 'text' || entry.kind === 'label') {
      const said = entry.kind === 'text' ? entry.text : entry.title;
      const match = OR.exec(said.trim());
      if (match !== null && before !== null) or = match[1]!.replace(/:$/, '').trim();
      else if (or === null) before = null;
    } else before = null;
  }
}
