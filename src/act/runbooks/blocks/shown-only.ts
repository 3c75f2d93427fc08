import { isKnownCommand } from './known-command.ts';

/** `ExecStartPre=/bin/sleep 30`: what to write into a unit, with no command beside it. */
export function isUnitOnly(text: string): boolean {
  const lines = text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*[#;]/.test(line));
  return (
    lines.some((line) => /^\s*(?:Exec(?:Start|Stop|Reload)(?:Pre|Post)?|OnCalendar|WantedBy|RestartSec)=/.test(line)) &&
    lines.every((line) => /^\s*(?:[A-Z][A-Za-z]+=.*|\[[A-Z][A-Za-z]+\])$/.test(line))
  );
}

/** `[default]` and `key = value` lines: the text of a file, shown in a fence of commands or in one without a language. */
export function isSectionsOnly(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*[#;]/.test(line));
  return (
    /^\s*\[[\w.: @/-]+\]\s*$/.test(lines[0] ?? '') &&
    lines.length > 1 &&
    lines.every((line) => /^\s*(?:\[[\w.: @/-]+\]|[A-Za-z][\w.-]*\s*=.*)\s*$/.test(line)) &&
    !/[`]|\$\(/.test(text)
  );
}

/** `cluster_partition_handling = pause_minority`: no shell assigns with blanks, and no program goes by such a name. */
export function isSpacedSettings(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  return (
    lines.length > 0 &&
    lines.every((line) => {
      const name = /^\s*([A-Za-z][\w.-]*) = [^|;&`$<>]+$/.exec(line)?.[1];
      return name !== undefined && !isKnownCommand(name);
    })
  );
}

/** `Containers → Nodes → Storage`: an order of things, drawn in one line each. */
export function isArrowsOnly(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  return (
    lines.length > 0 &&
    lines.every((line) => /\s[→⇒➜⟶↓⬇]\s/u.test(line) && /^\s*\p{Lu}/u.test(line) && !/[|;&$<>]/.test(line))
  );
}

/** `- https://status.example.com`: what to open in a browser. */
export function isLinksOnly(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  return lines.length > 0 && lines.every((line) => /^\s*(?:[-*]\s+)?https?:\/\/[^\s|;&`$()]+$/.test(line));
}

/** `--retries 3`: what to write into a command that stands elsewhere. */
export function isOptionsOnly(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  return lines.length > 0 && lines.every((line) => /^\s*--[a-z][\w-]*(?:[= ][^|;&`$]*)?$/i.test(line));
}
