import { createMatcher, type Matcher, MatcherError } from './matchers/matcher.ts';
import { isLabelName, type MatcherMode } from './matchers/parse-matchers.ts';

/** Alerts that match are not told between the two times. Times in milliseconds since 1970, UTC. */
export type Silence = {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string;
  readonly comment: string;
  readonly annotations: Readonly<Record<string, string>>;
};

/** A silence as it is asked for: `id` empty for a new one, `startsAtMs` null for now. */
export type SilenceRequest = Omit<Silence, 'startsAtMs' | 'endsAtMs' | 'updatedAtMs' | 'matchers'> & {
  readonly matchers: readonly Pick<Matcher, 'name' | 'type' | 'value'>[];
  readonly startsAtMs: number | null;
  readonly endsAtMs: number | null;
};

export type SilenceState = 'active' | 'pending' | 'expired';

/** Both ends belong to it. */
export function stateOfSilence(silence: Pick<Silence, 'startsAtMs' | 'endsAtMs'>, nowMs: number): SilenceState {
  if (nowMs < silence.startsAtMs) return 'pending';
  return nowMs > silence.endsAtMs ? 'expired' : 'active';
}

/** A silence that cannot be, in the words clients of Alertmanager know. */
export class SilenceError extends Error {}

/** What a change of silences comes to: the one that holds now, and the one that ended for it. */
export type SilenceChange = { silence: Silence; expired: Silence | null };

/**
 * Creates a silence or changes one. History stays true: a change that would rewrite what was silenced (other matchers,
 * another start of an active one, anything of an expired one) ends the old silence and makes a new one.
 * @param known the silence with the id of the request; undefined when there is none
 * @throws SilenceError
 */
export function changeSilence(
  known: Silence | undefined,
  request: SilenceRequest,
  options: { nowMs: number; mode: MatcherMode; newId: () => string },
): SilenceChange {
  const { nowMs } = options;
  const wanted = validateSilence(request, options);
  if (known && isUpdate(known, wanted, nowMs)) {
    return { silence: { ...wanted, updatedAtMs: nowMs }, expired: null };
  }
  const silence: Silence = {
    ...wanted,
    id: options.newId(),
    startsAtMs: Math.max(wanted.startsAtMs, nowMs),
    updatedAtMs: nowMs,
  };
  const ends = known && stateOfSilence(known, nowMs) !== 'expired';
  return { silence, expired: ends ? expireSilence(known, nowMs) : null };
}

/** The silence ended now; one that had ended stays as it is. */
export function expireSilence(silence: Silence, nowMs: number): Silence {
  switch (stateOfSilence(silence, nowMs)) {
    case 'expired':
      return silence;
    case 'active':
      // Its end belongs to it, so it has to lie before now to be over at once.
      return { ...silence, endsAtMs: nowMs - 1, updatedAtMs: nowMs };
    case 'pending':
      return { ...silence, startsAtMs: nowMs - 1, endsAtMs: nowMs - 1, updatedAtMs: nowMs };
  }
}

function validateSilence(request: SilenceRequest, options: { nowMs: number; mode: MatcherMode }): Silence {
  const startsAtMs = request.startsAtMs ?? options.nowMs;
  if (request.matchers.length === 0) throw new SilenceError('invalid silence: matcher set 0 is empty');
  const matchers = request.matchers.map((matcher, index) => {
    const refuse = (why: string) =>
      new SilenceError(`invalid silence: invalid label matcher ${index} in set 0: ${why}`);
    if (!isLabelName(matcher.name, options.mode)) throw refuse(`invalid label name ${JSON.stringify(matcher.name)}`);
    if (!matcher.value.isWellFormed()) throw refuse(`invalid label value ${JSON.stringify(matcher.value)}`);
    try {
      return createMatcher(matcher.type, matcher.name, matcher.value);
    } catch (thrown) {
      if (!(thrown instanceof MatcherError)) throw thrown;
      throw refuse(`invalid regular expression ${JSON.stringify(matcher.value)}: ${thrown.message}`);
    }
  });
  const silencesEverything = matchers.every(
    (matcher) => (matcher.type === '=' || matcher.type === '=~') && matcher.matches(''),
  );
  if (silencesEverything)
    throw new SilenceError('invalid silence: matcher set 0: at least one matcher must not match the empty string');
  if (request.endsAtMs === null) throw new SilenceError('invalid silence: invalid zero end timestamp');
  if (request.endsAtMs < startsAtMs) throw new SilenceError('invalid silence: end time must not be before start time');
  return { ...request, matchers, startsAtMs, endsAtMs: request.endsAtMs, updatedAtMs: options.nowMs };
}

const SECOND_MS = 1_000;

function isUpdate(known: Silence, wanted: Silence, nowMs: number): boolean {
  if (!hasSameMatchers(known, wanted)) return false;
  switch (stateOfSilence(known, nowMs)) {
    case 'active':
      // Clients send the start back in whole seconds.
      return toSecond(known.startsAtMs) === toSecond(wanted.startsAtMs) && wanted.endsAtMs >= nowMs;
    case 'pending':
      return wanted.startsAtMs >= nowMs;
    case 'expired':
      return false;
  }
}

const toSecond = (timeMs: number) => Math.floor(timeMs / SECOND_MS);

function hasSameMatchers(left: Silence, right: Silence): boolean {
  return (
    left.matchers.length === right.matchers.length &&
    left.matchers.every((matcher, index) => {
      const other = right.matchers[index];
      return matcher.name === other?.name && matcher.type === other.type && matcher.value === other.value;
    })
  );
}

const STATE_ORDER: readonly SilenceState[] = ['active', 'pending', 'expired'];

/** Active ones by their end, then pending ones by their start, then expired ones, the last to expire first. */
export function sortSilences(silences: readonly Silence[], nowMs: number): Silence[] {
  const sorted = silences.map((silence) => ({ silence, state: stateOfSilence(silence, nowMs) }));
  sorted.sort((left, right) => {
    if (left.state !== right.state) return STATE_ORDER.indexOf(left.state) - STATE_ORDER.indexOf(right.state);
    if (left.state === 'active') return left.silence.endsAtMs - right.silence.endsAtMs;
    if (left.state === 'pending') return left.silence.startsAtMs - right.silence.startsAtMs;
    return right.silence.endsAtMs - left.silence.endsAtMs;
  });
  return sorted.map(({ silence }) => silence);
}
