import type { StepSeed } from './block-reading.ts';
import { optionInComment, platformInComment } from './comment-steps.ts';
import type { ShellSegment } from './split-shell.ts';

/** Which alternative each segment of a fence belongs to; null where it is for everyone. */
export function choicesOf(segments: readonly ShellSegment[]): StepSeed['choice'][] {
  return byOption(segments) ?? byPlatform(segments) ?? byOr(segments);
}

/** "# Option 1: …" up to the next option. */
function byOption(segments: readonly ShellSegment[]): StepSeed['choice'][] | undefined {
  const options = segments.map((segment) => optionInComment(segment.comments[0] ?? ''));
  if (options.filter((option) => option !== null).length < 2) return undefined;
  return carryOn(options.map((option) => option && { group: null, ...option }));
}

/** "# Docker" … "# Kubernetes": the same work for another platform. One question answers them in every step. */
function byPlatform(segments: readonly ShellSegment[]): StepSeed['choice'][] | undefined {
  const platforms = segments.map((segment) => platformInComment(segment.comments[0] ?? ''));
  const distinct = new Set(platforms.flatMap((platform) => (platform === null ? [] : [platform.option])));
  if (distinct.size < 2) return undefined;
  return carryOn(platforms.map((platform) => platform && { group: 'platform', ...platform }));
}

function carryOn(choices: (StepSeed['choice'] | null)[]): StepSeed['choice'][] {
  let current: StepSeed['choice'] = null;
  return choices.map((choice) => {
    current = choice ?? current;
    return current;
  });
}

/** "# Or restart" offers its segment instead of the one before it. */
function byOr(segments: readonly ShellSegment[]): StepSeed['choice'][] {
  const choices: StepSeed['choice'][] = segments.map(() => null);
  let group = 0;
  segments.forEach((segment, place) => {
    // "# Or in the dashboard" with no commands below it leaves nothing to choose between here.
    if (!segment.alternative || segment.empty || place === 0) return;
    if (choices[place - 1] === null) {
      group++;
      choices[place - 1] = { group: `alternative-${group}`, option: '1', label: labelOf(segments[place - 1]!, 1) };
    }
    const option = Number(choices[place - 1]!.option) + 1;
    choices[place] = { group: choices[place - 1]!.group, option: String(option), label: labelOf(segment, option) };
  });
  return choices;
}

function labelOf(segment: ShellSegment, option: number): string {
  const said = (segment.comments[0] ?? '').replace(/^or\b[\s,:]*/i, '').trim();
  return said === '' ? `Alternative ${option}` : said.charAt(0).toUpperCase() + said.slice(1);
}
