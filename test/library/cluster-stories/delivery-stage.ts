import type { Run } from '../../../src/contract/run.ts';
import { type Answers, carryOut, rollBack, transcript } from '../carry-out.ts';
import { type ClusterStage, startClusterStage } from '../cluster-stage.ts';
import { startTrafficExporter, type TrafficExporter } from '../traffic-exporter.ts';

const LOOK_AGAIN_MS = 100;
const SEEN_WITHIN_MS = 20_000;

/** A cluster whose traffic the test makes up, and what stories about it do again and again. */
export type DeliveryStage = ClusterStage & {
  traffic: TrafficExporter;
  /** Carries a procedure out and expects that it went well. */
  succeeds(procedure: string, inputs: Record<string, string>, answers?: Answers): Promise<Run>;
  /** Carries a procedure out and expects that it failed. */
  fails(procedure: string, inputs: Record<string, string>, answers?: Answers): Promise<Run>;
  /** Rolls a run back and expects that it went well. */
  undoes(run: Run): Promise<void>;
  /** Waits until something is so, in real time. */
  seen(what: string, look: () => Promise<boolean>): Promise<void>;
};

/** One cluster under two Holdfasts: stories of one need not wait for locks of the other. */
export async function startDeliveryStages(): Promise<{ first: DeliveryStage; second: DeliveryStage }> {
  const traffic = await startTrafficExporter();
  const first = await startClusterStage(traffic.address);
  const second = await first.beside();
  return { first: deliverOn(first, traffic), second: deliverOn(second, traffic) };
}

function deliverOn(stage: ClusterStage, traffic: TrafficExporter): DeliveryStage {
  const endsAs = (status: Run['status']) => (run: Run) => {
    if (run.status !== status) throw new Error(`it should have ${status}:\n${transcript(run)}`);
    return run;
  };
  const carry = (procedure: string, inputs: Record<string, string>, answers?: Answers) =>
    carryOut(stage.story, procedure, { namespace: 'shop', ...inputs }, answers);
  return {
    ...stage,
    traffic,
    succeeds: async (...call) => endsAs('succeeded')(await carry(...call)),
    fails: async (...call) => endsAs('failed')(await carry(...call)),
    undoes: async (run) => void endsAs('rolled-back')(await rollBack(stage.story, run)),
    async seen(what, look) {
      const deadline = performance.now() + SEEN_WITHIN_MS;
      while (!(await look())) {
        if (performance.now() > deadline) throw new Error(`it was never seen that ${what}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    },
    async stop() {
      await stage.stop();
      await traffic.close();
    },
  };
}
