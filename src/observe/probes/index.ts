export type { ProbeSpec } from './probe-spec.ts';
export { listProbes, listSamples, readProbe, recordAnswer, syncProbes } from './probe-store.ts';
export { startProber } from './prober.ts';
export { createRunCheck, type RunCheck } from './run-check.ts';
