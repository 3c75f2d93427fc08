import type { SeverityRank } from '../contract/common.ts';
import type { ProbeSpec } from '../observe/probes/index.ts';
import type { HoldfastConfig } from '../platform/config/load-config.ts';

/** The configured probes as the prober takes them. */
export function probeSpecsOf(config: Pick<HoldfastConfig, 'probes'>): ProbeSpec[] {
  return Object.entries(config.probes).map(([name, probe]) => toSpec(name, probe));
}

function toSpec(name: string, probe: HoldfastConfig['probes'][string]): ProbeSpec {
  const common = {
    name,
    title: probe.title,
    intervalMs: probe.intervalMs,
    timeoutMs: probe.timeoutMs,
    failures: probe.failuresToOpen,
    successes: probe.successesToClose,
    severity: probe.severity as SeverityRank,
    labels: probe.labels,
  };
  switch (probe.kind) {
    case 'http':
      return {
        ...common,
        kind: 'http',
        url: probe.url,
        method: probe.method,
        headers: probe.headers,
        expectStatus: probe.expectStatus,
        bodyContains: probe.bodyContains ?? null,
      };
    case 'tcp':
      return { ...common, kind: 'tcp', host: probe.address.host, port: probe.address.port };
    case 'sql':
      return {
        ...common,
        kind: 'sql',
        target: probe.target,
        query: probe.query,
        expect: probe.expect === undefined ? null : String(probe.expect),
      };
    case 'process':
      return { ...common, kind: 'process', pidFile: probe.pidFile ?? null, match: probe.match ?? null };
    case 'command':
      return { ...common, kind: 'command', command: probe.command as [string, ...string[]] };
  }
}
