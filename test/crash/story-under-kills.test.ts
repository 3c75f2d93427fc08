import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import { type PagerReceiver, startPagerReceiver } from '../fakes/pager-receiver.ts';
import { checkAuditExport } from '../harness/audit-export.ts';
import { countEvents, findViolations } from '../harness/invariants.ts';
import { descendantsOf, signalAll } from '../harness/process-tree.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { actAsPerson, hasResolved, serviceDownRunbook, serviceProbe } from '../harness/service-story.ts';

/** In all; `.ci/run` asks for 50, `npm run soak` for more. */
const KILLS = Number(process.env['HOLDFAST_CRASH_KILLS'] ?? 6);
const KILLS_PER_STORY = 5;
const STORY_LIMIT_MS = 180_000;
const SECRET = 'a secret shared with the receiver';

type World = {
  folder: string;
  service: BreakableService;
  receiver: PagerReceiver;
  config: object;
  server: ServerProcess;
};

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
  writeFileSync(join(folder, 'runbooks', 'service-down.md'), serviceDownRunbook(service.address));
  const config = {
    runbooks: ['./runbooks'],
    probes: { service: serviceProbe(service.address) },
    webhooks: { pager: { url: receiver.url, secret: SECRET } },
  };
  const server = await startServerProcess({ folder, config });
  return { folder, service, receiver, config, server };
}

const postmasterPid = (world: World) =>
  Number(readFileSync(join(world.folder, 'holdfast', 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

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

/** Where things stand, for the error of a story that did not end. */
async function describeState(world: World): Promise<string> {
  const state = await Promise.all(
    ['incidents', 'runs', 'probes', 'approvals', 'findings'].map((what) =>
      world.server.api('GET', `/api/v1/${what}`).catch(String),
    ),
  );
  const failed = await world.server
    .api<{ items: { id: string }[] }>('GET', '/api/v1/runs?status=failed')
    .then(({ items }) =>
      Promise.all(items.map(({ id }) => world.server.api<{ steps: object[] }>('GET', `/api/v1/runs/${id}`))),
    )
    .catch(() => []);
  const steps = failed.map((run) => run.steps);
  return `${JSON.stringify([...state, steps], null, 1)}\n${world.server.log.slice(-20).join('\n')}`;
}

type IncidentList = { items: { id: string; number: string; status: string }[] };

async function playStory(world: World, kills: number, random: () => number, done: string[]): Promise<void> {
  const before = await world.server
    .api<IncidentList>('GET', '/api/v1/incidents?limit=500')
    .then((list) => list.items.length);
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
    const resolved = await actAsPerson(world.server, world.service)
      .then(() => hasResolved(world.server, before + 1))
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
      const doubts = world.server ? await countEvents(ownDatabase(world), ['step.in-doubt', 'run.taken-over']) : {};
      process.stdout.write(`  ${JSON.stringify(doubts)}\n`);
      process.stdout.write(
        `  ${done.length} kills in ${stories} stories (seed ${seed}): ${JSON.stringify(
          Object.groupBy(done, (kind) => kind),
          (_key, value) => (Array.isArray(value) ? value.length : value),
        )}\n`,
      );
    } catch (thrown) {
      throw new Error(`seed ${seed}, kills: ${done.join(', ')}`, { cause: thrown });
    } finally {
      await world.server.stop();
      await world.service.close();
      await world.receiver.close();
      rmSync(world.folder, { recursive: true, force: true });
    }
  },
  180_000 + KILLS * 20_000,
);

/** The embedded server's socket, as its own pid file names it. */
function ownDatabase(world: World): string {
  const lines = readFileSync(join(world.folder, 'holdfast', 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  return `postgresql://holdfast@/holdfast?host=${encodeURIComponent(lines[4] ?? '')}&port=${lines[3]}&sslmode=disable`;
}
