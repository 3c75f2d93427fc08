import { readDurationMs } from '../read-duration.ts';

const NUMBERED = /^(?:step\s*)?\d+\s*[.):]\s*/i;
const WAITS =
  /^(?:then |now )?(?:wait|monitor|watch|observe|sleep|pause|soak|let it (?:run|soak|settle)|warte[nt]?|beobachte[nt]?|esper[ae]r?|aguard[ae]r?|monitor(?:ea|ize|ar)|attend(?:re|ez)|surveill(?:er|ez)|подожд\S+|ждать|待つ|等待)(?![\w-])[^.]*?(?<!\w)(\d+)(?:\s*(?:-|–|to)\s*\d+)?\s*(s|secs?|seconds?|sekunden?|segundos?|secondes?|m|mins?|minutes?|minuten?|minutos?|h|hrs?|hours?|stunden?|horas?|heures?|минут\S*|секунд\S*|час\S*|分钟|分|秒|小时|時間)(?!\w)/iu;
/** "5 Minuten warten", "5分待つ": languages that say first how long. */
const WAITS_LAST =
  /(?<![\w.])(\d+)\s*(sekunden?|minuten?|stunden?|秒間?|分間?|時間|초|분|시간|saniye|dakika)\s*(?:lang\s+)?(?:(?:ab)?warten|待つ|待ち|待機|ほど待|대기|기다|bekle)/iu;
/** "Check every 5 minutes": the next look is due after that time. */
const REPEATS =
  /^(?:then |now )?(?:check|re-?check|repeat|poll|verify|monitor|watch|observe|look|test|run (?:this|it|again)|retry)(?![\w-])[^.]*?\b(?:every|each)\s+(\d+)?\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b/iu;
/** First letter of a unit in another language -> the English one. */
const UNIT_IN_ENGLISH: readonly [RegExp, string][] = [
  [/^(?:m|минут|分|분|dakika)/i, 'minutes'],
  [/^(?:sek|seg|sec|s$|s\b|секунд|秒|초|saniye)/i, 'seconds'],
  [/^(?:h|stunde|час|小时|時間|시간)/i, 'hours'],
];

/** A comment without the number in front of it. */
export function withoutNumber(comment: string): string {
  return comment.replace(NUMBERED, '').trim();
}

/** "Disable after maintenance": there is work between this command and the one before it, and a person does it. */
export function followsWork(comment: string): boolean {
  return /^(?:re-?)?(?:disable|deactivate|turn off|leave|exit|end|unset|revert|restore|enable|uncordon)\b.{0,200}\bafter\b/i.test(
    withoutNumber(comment),
  );
}

/** How long a comment such as "4. Monitor for 10 minutes" says to wait, or null. */
export function waitInComment(comment: string): number | null {
  const said = withoutNumber(comment);
  const repeats = REPEATS.exec(said);
  if (repeats !== null) return readDurationMs(`${repeats[1] ?? '1'} ${repeats[2]}`);
  const match = WAITS.exec(said) ?? WAITS_LAST.exec(said);
  if (match === null) return null;
  // "Monitor merges (they settle after 10 minutes)" tells how long something takes.
  if (
    /^(?:then |now )?(?:monitor|watch|observe)(?![\w-])/i.test(said) &&
    !/\b(?:for|during)\s+(?:\w+ ){0,2}~?\d/i.test(match[0])
  )
    return null;
  const unit = UNIT_IN_ENGLISH.find(([written]) => written.test(match[2]!))?.[1] ?? match[2]!;
  return readDurationMs(`${match[1]} ${unit}`);
}

const OPTION =
  /^(?:option|method|variant|variante?|alternative|solution|möglichkeit|lösung|opción|método|opção|solução|opzione|metodo|méthode|solución|вариант|способ|решение|方式|方法|方案|选项|選択肢|대안|방법|옵션)\s*#?(\d{1,2}|[a-z])(?!\w)\s*[:.)：、—–-]*\s*(.*)$/iu;
const PLATFORM =
  /^(?:(?:on|for|auf|für|en|para|sur|pour)\s+)?(docker(?:[- ]compose)?|kubernetes|k8s|podman|helm|systemd|bare metal|linux|macos|windows|aws|azure|gcp|openshift|nomad|swarm|ecs|vm|vms|ubuntu|debian|rhel|red hat|centos|fedora|rocky|almalinux|amazon linux|alpine|arch|suse|opensuse|npm|yarn|pnpm|homebrew)\b(?:\s*\/\s*[\w ]{2,20}){0,3}(?:\s+\([^)]*\))?\s*(?:[-–—:].*)?$/i;

/** "Option 2: Rollback deployment" → 2, Rollback deployment. */
export function optionInComment(comment: string): { option: string; label: string } | null {
  const match = OPTION.exec(withoutNumber(comment));
  return match === null ? null : { option: match[1]!.toLowerCase(), label: match[2]!.trim() || `Option ${match[1]}` };
}

/** "Kubernetes", "Docker - Last 100 lines" → the platform the commands below are for. */
export function platformInComment(comment: string): { option: string; label: string } | null {
  const match = PLATFORM.exec(withoutNumber(comment));
  if (match === null) return null;
  const label = match[1]!;
  return { option: label.toLowerCase().replace(/^k8s$/, 'kubernetes').replace(/\s+/g, '-'), label };
}

/** The comment block above a command as a title, without what only says which alternative it is. */
export function titleFromComments(comments: readonly string[]): string | null {
  const said = comments.map(withoutNumber).filter((comment) => comment !== '');
  const [first, ...rest] = said;
  if (first === undefined) return null;
  const option = optionInComment(first);
  if (option !== null) return option.label;
  const alternative = /^or\b[\s,:]*(.+)$/i.exec(first);
  if (alternative !== null) return sentence(alternative[1]!);
  if (/^or$/i.test(first) || (platformInComment(first) !== null && rest.length > 0)) return rest.join(' ') || null;
  return said.join(' ');
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
