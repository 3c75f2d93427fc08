// The channels take this over as they come in; until then other kinds than webhooks are refused, never left out.
import type { AlertmanagerConfig } from '../../detect/alerting/config/index.ts';
import type { Notifier } from '../../detect/alerting/index.ts';
export async function createNotifiers(
  config: AlertmanagerConfig,
  options: { externalUrl: () => string },
): Promise<Notifier[]> {
  for (const { name, integrations } of config.receivers)
    for (const { kind } of integrations)
      if (kind !== 'webhook') throw new Error(`receiver ${name}: ${kind} is not sent to yet`);
  return config.receivers.flatMap((receiver) =>
    receiver.integrations
      .filter((i) => i.kind === 'webhook')
      .map(
        (integration, index): Notifier => ({
          receiver: receiver.name,
          kind: 'webhook',
          index,
          sendResolved: integration.sendResolved,
          prepare: async (n) => ({
            receiver: n.receiver,
            status: n.alerts.some((a) => a.status === 'firing') ? 'firing' : 'resolved',
            alerts: n.alerts.map((a) => ({
              status: a.status,
              labels: a.labels,
              annotations: a.annotations,
              startsAt: new Date(a.startsAtMs).toISOString(),
              endsAt: a.endsAtMs === null ? '0001-01-01T00:00:00Z' : new Date(a.endsAtMs).toISOString(),
              generatorURL: a.generatorUrl,
              fingerprint: a.fingerprint,
            })),
            groupLabels: n.groupLabels,
            commonLabels: {},
            commonAnnotations: {},
            externalURL: options.externalUrl(),
            version: '4',
            groupKey: n.groupKey,
            truncatedAlerts: 0,
          }),
          send: async (payload, dedupKey, signal) => {
            const s = integration.settings as { url: string; timeoutMs: number };
            const limit = s.timeoutMs > 0 ? AbortSignal.any([signal, AbortSignal.timeout(s.timeoutMs)]) : signal;
            try {
              const r = await fetch(s.url, {
                method: 'POST',
                headers: { 'content-type': 'application/json', 'idempotency-key': dedupKey },
                body: JSON.stringify(payload),
                signal: limit,
              });
              await r.arrayBuffer();
              if (r.ok) return { kind: 'sent' };
              return r.status >= 500
                ? { kind: 'try-later', reason: `${r.status}`, afterMs: null }
                : { kind: 'refused', reason: `${r.status}` };
            } catch (e) {
              return { kind: 'uncertain', reason: String(e) };
            }
          },
        }),
      ),
  );
}
