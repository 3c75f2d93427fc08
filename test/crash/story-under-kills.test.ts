import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { checkAuditExport } from '../harness/audit-export.ts';
import { findViolations } from '../harness/invariants.ts';
import { descendantsOf, signalAll } from '../harness/process-tree.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import { type PagerReceiver, startPagerReceiver } from '../fakes/pager-receiver.ts';

/** In all; `.ci/run` asks for 50, `npm run soak` for more. */
const KILLS = Number(process.env['HOLDFAST_CRASH_KILLS'] ?? 6);
const KILLS_PER_STORY = 5;
const STORY_LIMIT_MS = 90_000;
const SECRET = 'a secret shared with the receiver';

const runbookFor = (address: string) => `---
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

type World = { folder: string; service: BreakableService; receiver: PagerReceiver; config: object; server: ServerProcess };

/** Numbers that look random and are the same in each run with the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
  const service = await startBreakableService();
  const receiver = await startPagerReceiver(SECRET);
  mkdirSync(join(folder, 'runbooks'));
  writeFileSync(join(folder, 'runbooks', 'service-down.md'), runbookFor(service.address));
  const config = {
    runbooks: ['./runbooks'],
    probes: { service: { kind: 'http', url: `${service.address}/health`, interval: '300ms', timeout: '250ms', failures: 2, successes: 2, severity: 1, title: 'The service is down' } },
    webhooks: { pager: { url: receiver.url, secret: SECRET } },
  };
  const server = await startServerProcess({ folder, config });
  return { folder, service, receiver, config, server };
}

const postmasterPid = (world: World) => Number(readFileSync(join(world.folder, 'holdfast', 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

/** Kills one of: the server alone, the server with everything below it, PostgreSQL alone. Whoever died is started again. */
async function killSomething(world: World, random: () => number): Promise<string> {
  const kind = ['server', 'server-with-children', 'postgres'][Math.floor(random() * 3)] ?? 'server';
  if (kind === 'postgres') {
    signalAll([postmasterPid(world)], 'SIGKILL');
    return kind;
  }
  const below = kind === 'server' ? [] : descendantsOf(world.server.pid);
  signalAll([world.server.pid, ...below], 'SIGKILL');
  await world.server.ended;
  world.server = await startServerProcess({ folder: world.folder, config: world.config });
  return kind;
}

/** What a person does meanwhile: approves what is asked, settles what is in doubt by looking at the service. */
async function actAsPerson(world: World): Promise<void> {
  const { items: approvals } = await world.server.api<{ items: { id: string }[] }>('GET', '/api/v1/approvals?status=pending');
  for (const approval of approvals) await world.server.api('POST', `/api/v1/approvals/${approval.id}/approve`, {}).catch(() => {});
  const { items: runs } = await world.server.api<{ items: { id: string }[] }>('GET', '/api/v1/runs?status=in-doubt');
  for (const { id } of runs) {
    const run = await world.server.api<{ steps: { id: string; status: string }[] }>('GET', `/api/v1/runs/${id}`);
    const step = run.steps.find((candidate) => candidate.status === 'in-doubt');
    if (!step) continue;
    const decision = world.service.isHealthy() ? 'done' : 'retry';
    await world.server.api('POST', `/api/v1/runs/${id}/decide`, { step: step.id, decision, reason: 'looked at the service' }).catch(() => {});
  }
}

/** Where things stand, for the error of a story that did not end. */
async function describeState(world: World): Promise<string> {
  const state = await Promise.all(
    ['incidents', 'runs', 'probes', 'approvals', 'findings'].map((what) => world.server.api('GET', `/api/v1/${what}`).catch(String)),
  );
  return `${JSON.stringify(state, null, 1)}\n${world.server.log.slice(-20).join('\n')}`;
}

type IncidentList = { items: { id: string; number: string; status: string }[] };

async function playStory(world: World, kills: number, random: () => number, done: string[]): Promise<void> {
  const before = await world.server.api<IncidentList>('GET', '/api/v1/incidents?limit=500').then((list) => list.items.length);
  if (random() < 0.5) world.receiver.misbehave(['lose-answer']);
  world.service.break();
  const until = performance.now() + STORY_LIMIT_MS;
  let killed = 0;
  let nextKillAt = performance.now() + random() * 1_500;
  for (;;) {
    if (performance.now() > until) throw new Error(`the story did not end; ${await describeState(world)}`);
    if (killed < kills && performance.now() >= nextKillAt) {
      done.push(await killSomething(world, random));
      killed += 1;
      nextKillAt = performance.now() + random() * 1_500;
    }
    // While PostgreSQL restarts the API answers 503: a person would simply try again.
    const resolved = await actAsPerson(world)
      .then(() => world.server.api<IncidentList>('GET', '/api/v1/incidents?limit=500'))
      .then((list) => list.items.length === before + 1 && list.items.every((incident) => incident.status === 'resolved'))
      .catch(() => false);
    if (resolved && killed >= kills) return;
    await sleep(40);
  }
}

it(
  `the story completes under ${KILLS} kills at random moments, and nothing is lost or done twice`,
  async () => {
    const seed = Number(process.env['HOLDFAST_CRASH_SEED'] ?? Date.now() % 1_000_000);
    const random = createRandom(seed);
    const world = await createWorld();
    const done: string[] = [];
    try {
      let stories = 0;
      while (done.length < KILLS) {
        stories += 1;
        await playStory(world, Math.min(KILLS_PER_STORY, KILLS - done.length), random, done);
      }
      await world.server.api('POST', '/api/v1/probes/service/check');
      // Relays and the chain have nothing left to do once they stand at the head.
      await expect.poll(() => findViolations(ownDatabase(world)), { timeout: 10_000, interval: 200 }).toEqual([]);
      const incidents = await world.server.api<IncidentList>('GET', '/api/v1/incidents?limit=500');
      expect(incidents.items).toHaveLength(stories);
      // One page a person hears of per incident, whatever was sent again.
      expect(world.receiver.badSignatures()).toBe(0);
      const toldOf = world.receiver.told().map((page) => page.incidentId);
      expect(toldOf.toSorted()).toEqual(incidents.items.map((incident) => incident.id).toSorted());
      // The repair ran once per attempt that was begun, never twice for one.
      expect(new Set(world.service.repairs).size).toBe(world.service.repairs.length);
      expect(await checkAuditExport(world.server)).toEqual({ intact: true });
      process.stdout.write(`  ${done.length} kills in ${stories} stories (seed ${seed}): ${JSON.stringify(Object.groupBy(done, (kind) => kind), (_key, value) => (Array.isArray(value) ? value.length : value))}\n`);
    } catch (thrown) {
      throw new Error(`seed ${seed}, kills: ${done.join(', ')}`, { cause: thrown });
    } finally {
      await world.server.stop();
      await world.service.close();
      await world.receiver.close();
      rmSync(world.folder, { recursive: true, force: true });
    }
  },
  60_000 + KILLS * 20_000,
);

/** The embedded server's socket, as its own pid file names it. */
function ownDatabase(world: World): string {
  const lines = readFileSync(join(world.folder, 'holdfast', 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  return `postgresql://holdfast@/holdfast?host=${encodeURIComponent(lines[4] ?? '')}&port=${lines[3]}&sslmode=disable`;
}
