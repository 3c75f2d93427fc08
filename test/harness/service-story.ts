import type { BreakableService } from '../fakes/breakable-service.ts';
import type { ServerProcess } from './server-process.ts';

/** A runbook with a read, a repair that must not run twice by itself, and a check; started by the probe `service`. */
export function serviceDownRunbook(address: string): string {
  return `---
title: Service down
triggers:
  - probe: service
---
# Service down

1. **Look**
   \`\`\`sh {name=look}
   curl -s '${address}/health'
   \`\`\`
2. **Repair**
   \`\`\`sh {name=repair risk=change approve=1}
   sleep 0.4
   curl -fsS -X POST '${address}/repair?by='"$$-$(date +%s%N)"
   sleep 0.4
   \`\`\`
3. **Look again**
   \`\`\`check {name=recovered}
   probe: service
   within: 20s
   \`\`\`
`;
}

/** The probe that runbook is started by, quick enough for a test. */
export function serviceProbe(address: string): object {
  return {
    kind: 'http',
    url: `${address}/health`,
    interval: '300ms',
    timeout: '250ms',
    failures: 2,
    successes: 2,
    severity: 1,
    title: 'The service is down',
  };
}

/** What a person does: approves what is asked, settles what is in doubt by looking at the service. */
export async function actAsPerson(server: ServerProcess, service: BreakableService): Promise<void> {
  const { items: approvals } = await server.api<{ items: { id: string }[] }>('GET', '/api/v1/approvals?status=pending');
  for (const approval of approvals)
    await server.api('POST', `/api/v1/approvals/${approval.id}/approve`, {}).catch(() => {});
  const { items: runs } = await server.api<{ items: { id: string }[] }>('GET', '/api/v1/runs?status=in-doubt');
  for (const { id } of runs) {
    const run = await server.api<{ steps: { id: string; status: string }[] }>('GET', `/api/v1/runs/${id}`);
    const step = run.steps.find((candidate) => candidate.status === 'in-doubt');
    if (!step) continue;
    const decision = service.isHealthy() ? 'done' : 'retry';
    await server
      .api('POST', `/api/v1/runs/${id}/decide`, { step: step.id, decision, reason: 'looked at the service' })
      .catch(() => {});
  }
}

/** True when there are `count` incidents and all are resolved. */
export async function hasResolved(server: ServerProcess, count: number): Promise<boolean> {
  const { items } = await server.api<{ items: { status: string }[] }>('GET', '/api/v1/incidents?limit=500');
  return items.length === count && items.every((incident) => incident.status === 'resolved');
}
