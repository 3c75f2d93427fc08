import { readProbe } from '../../observe/probes/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import type { StampedEvent } from '../../platform/events/relay.ts';
import { fixFinding, observeFinding } from '../../respond/findings/index.ts';

/** A failing probe is a breach; its recovery fixes the finding by itself. */
export const FINDINGS_FROM_PROBES = {
  name: 'findings-from-probes',
  kinds: ['probe.failed', 'probe.recovered'],
  async handle(tx: Tx, event: StampedEvent): Promise<void> {
    const { probe: name, reason } = event.body as { probe: string; reason: string };
    const identity = { probe: name };
    if (event.kind === 'probe.recovered') {
      await fixFinding(tx, { kind: 'breach', identity, text: `Recovered: ${reason}`, at: event.at });
      return;
    }
    // Removed from the configuration meanwhile: nothing is known of it any more, and its removal follows as an event.
    const found = await readProbe(tx, name).catch(() => null);
    if (!found) return;
    await observeFinding(tx, {
      kind: 'breach',
      identity,
      labels: found.spec.labels,
      title: found.spec.title,
      severity: found.spec.severity,
      text: reason,
      at: event.at,
    });
  },
};
