/** What a probe is known to be. */
export type ProbeState = {
  state: 'unknown' | 'healthy' | 'failing';
  consecutiveFailures: number;
  consecutiveSuccesses: number;
};

/** The named outcome of one more answer. */
export type ProbeVerdict = 'unchanged' | 'became-healthy' | 'failed' | 'recovered';

/**
 * Counts one answer. A probe fails after `failures` bad answers in a row and recovers after `successes` good ones;
 * before its first verdict one good answer is enough.
 */
export function judgeSample(
  before: ProbeState,
  healthy: boolean,
  limits: { failures: number; successes: number },
): { after: ProbeState; verdict: ProbeVerdict } {
  const consecutiveFailures = healthy ? 0 : before.consecutiveFailures + 1;
  const consecutiveSuccesses = healthy ? before.consecutiveSuccesses + 1 : 0;
  const after = (state: ProbeState['state']): ProbeState => ({ state, consecutiveFailures, consecutiveSuccesses });
  if (!healthy && before.state !== 'failing' && consecutiveFailures >= limits.failures) {
    return { after: after('failing'), verdict: 'failed' };
  }
  if (healthy && before.state === 'failing' && consecutiveSuccesses >= limits.successes) {
    return { after: after('healthy'), verdict: 'recovered' };
  }
  if (healthy && before.state === 'unknown') return { after: after('healthy'), verdict: 'became-healthy' };
  return { after: after(before.state), verdict: 'unchanged' };
}
