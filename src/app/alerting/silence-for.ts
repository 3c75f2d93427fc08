import {
  type AlertEngine,
  type Matcher,
  MatcherError,
  parseMatcher,
  SilenceError,
} from '../../detect/alerting/index.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';

/**
 * Silences alerts for the time of a maintenance: one silence with all its matchers.
 * @throws HoldfastError invalid `status.wrong-matcher`
 */
export async function silenceFor(
  engine: AlertEngine,
  maintenance: { matchers: readonly string[]; from: Date; until: Date; name: string; by: string },
): Promise<void> {
  try {
    const matchers: Matcher[] = maintenance.matchers.map((text) => parseMatcher(text, engine.mode));
    await engine.setSilence({
      id: '',
      matchers,
      startsAtMs: maintenance.from.getTime(),
      endsAtMs: maintenance.until.getTime(),
      createdBy: maintenance.by,
      comment: `Maintenance: ${maintenance.name}`,
      annotations: {},
    });
  } catch (thrown) {
    if (!(thrown instanceof MatcherError) && !(thrown instanceof SilenceError)) throw thrown;
    throw new HoldfastError({
      code: 'status.wrong-matcher',
      kind: 'invalid',
      message: `silence: ${thrown.message}`,
      hint: 'Write matchers as Alertmanager does: service="checkout".',
      cause: thrown,
    });
  }
}
