import { readDurationMs } from '../read-duration.ts';

const NUMBERED = /^(?:step\s*)?\d+\s*[.):]\s*/i;
const WAITS =
  /^(?:wait|monitor|watch|observe|sleep|pause|soak)\b[^.]*?\b(\d+)\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b/i;

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
  const match = WAITS.exec(withoutNumber(comment));
  return match === null ? null : readDurationMs(`${match[1]} ${match[2]}`);
}

const OPTION = /^option\s+(\w+)\s*[:.)-]?\s*(.*)$/i;
const PLATFORM =
  /^(docker(?:[- ]compose)?|kubernetes|k8s|podman|helm|systemd|bare metal|linux|macos|windows|aws|azure|gcp|openshift|nomad|swarm|ecs|vm|vms)\b(?:\s+\([^)]*\))?\s*(?:[-–—:].*)?$/i;

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
