import type { SeverityRank } from '../../contract/common.ts';

/** What every probe has, whatever it looks at. */
type ProbeCommon = {
  name: string;
  title: string;
  intervalMs: number;
  timeoutMs: number;
  /** Consecutive failures that make it failing, and successes that make it healthy again. */
  failures: number;
  successes: number;
  severity: SeverityRank;
  labels: Record<string, string>;
};

export type HttpProbe = ProbeCommon & {
  kind: 'http';
  url: string;
  method: string;
  headers: Record<string, string>;
  expectStatus: number[];
  bodyContains: string | null;
};
export type TcpProbe = ProbeCommon & { kind: 'tcp'; host: string; port: number };
export type SqlProbe = ProbeCommon & { kind: 'sql'; target: string; query: string; expect: string | null };
export type ProcessProbe = ProbeCommon & { kind: 'process'; pidFile: string | null; match: string | null };
export type CommandProbe = ProbeCommon & { kind: 'command'; command: readonly [string, ...string[]] };

/** One configured check of something we operate. */
export type ProbeSpec = HttpProbe | TcpProbe | SqlProbe | ProcessProbe | CommandProbe;

/** One answer. `reason` is a sentence for people, whichever way it went. */
export type ProbeAnswer = { healthy: boolean; reason: string };

/** Looks once. Throws nothing: whatever goes wrong is an unhealthy answer. */
export type ProbeCheck<Spec extends ProbeSpec = ProbeSpec> = (spec: Spec, signal: AbortSignal) => Promise<ProbeAnswer>;
