import { sql } from 'kysely';
import { planFromLibrary, type RunbookLibrary } from '../../act/runbooks/index.ts';
import { insertRun } from '../../act/runs/index.ts';
import { isConnectionLoss, type Tx } from '../../platform/db/database.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import type { StampedEvent } from '../../platform/events/relay.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { listFindingsOfIncident } from '../../respond/findings/index.ts';
import { appendTimeline } from '../../respond/incidents/index.ts';

/** A new incident starts the procedure whose trigger matches its findings; without one, people take it from there. */
export function runsFromIncidents(deps: {
  library: RunbookLibrary;
  logger: Logger;
  isSignedOff(runbook: string, procedure: string): boolean;
  seal(secrets: Record<string, string>, context: string): string;
}) {
  return {
    name: 'runs-from-incidents',
    kinds: ['incident.opened'],
    async handle(tx: Tx, event: StampedEvent): Promise<void> {
      const { incidentId } = event.body as { incidentId: string };
      const say = (text: string) =>
        appendTimeline(tx, incidentId, { kind: 'run.suggested', at: event.at, actor: 'system', text });
      for (const finding of await listFindingsOfIncident(tx, incidentId)) {
        const [match] = await deps.library.findByTrigger(finding.labels);
        if (!match) continue;
        await sql`savepoint triggered_run`.execute(tx);
        try {
          const entry = await deps.library.read(match.path);
          // What the finding says about itself fills inputs of the same name.
          const names = new Set(entry.document.inputs.map((input) => input.name));
          const inputs = Object.fromEntries(Object.entries(finding.labels).filter(([name]) => names.has(name)));
          const { plan } = await planFromLibrary(deps.library, {
            runbook: match.path,
            procedure: match.procedure,
            inputs,
          });
          if (plan.missingInputs.length > 0) {
            await say(`${match.path} would handle this, but needs ${plan.missingInputs.join(', ')}`);
            return;
          }
          await insertRun(
            tx,
            {
              plan,
              source: entry.text,
              secrets: {},
              incidentId,
              startedBy: 'system',
              startedByPerson: 'system',
              automatic: true,
              signedOff: deps.isSignedOff(plan.runbook, plan.procedure),
              at: event.at,
            },
            deps.seal,
          );
        } catch (thrown) {
          if (isConnectionLoss(thrown)) throw thrown;
          // A broken runbook must not hold up the incident; it is told where people look.
          await sql`rollback to savepoint triggered_run`.execute(tx);
          deps.logger.warn({ err: thrown, runbook: match.path }, 'triggered runbook not started');
          await say(`${match.path} could not be started: ${messageOf(thrown)}`);
        }
        return;
      }
      // The one that would have matched may be among those nobody can read.
      for (const { path, problem } of await deps.library.list()) {
        if (problem !== null) await say(`No procedure was found for this, and ${path} cannot be read: ${problem}`);
      }
    },
  };
}
