import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRunbookLibrary, planFromLibrary } from '../../src/act/runbooks/index.ts';
import { lintRunbook } from '../../src/act/runbooks/lint/lint-runbook.ts';
import { stopSyntaxThread } from '../../src/act/runbooks/syntax/parse-syntax.ts';
import type { RunbookInput } from '../../src/contract/runbook.ts';
import { LIBRARY } from './carry-out.ts';

const library = openRunbookLibrary({ folders: [LIBRARY] });
const files = readdirSync(LIBRARY).filter((name) => name.endsWith('.md'));
afterAll(stopSyntaxThread);

/** A value of each type, for inputs without a default. */
const SOME_VALUE: Readonly<Record<RunbookInput['type'], string>> = {
  string: 'some-name',
  secret: 'some secret',
  integer: '3',
  port: '8080',
  percent: '50',
  host: 'db.internal',
  url: 'http://127.0.0.1/health',
  arn: 'arn:aws:sns:eu-central-1:123456789012:alerts',
  timestamp: '2026-03-01T12:00:00Z',
  duration: '5m',
  target: 'some-target',
};

describe('the shipped library', () => {
  it('covers what breaks most often', () => {
    expect(files.sort()).toEqual(
      [
        'blue-green',
        'breaker-open',
        'cache',
        'canary',
        'certificate-expiry',
        'cloud-clean-up',
        'cloud-scaling',
        'compliance-check',
        'compromised-credentials',
        'cost-report',
        'data-breach',
        'data-loss',
        'database-connections',
        'ddos',
        'discovery-timeout',
        'disk-full',
        'dns-and-upstream',
        'drift-false-positives',
        'drills',
        'failover',
        'helm',
        'high-cpu',
        'high-error-rate',
        'high-latency',
        'high-memory',
        'log-collection',
        'log-rotation',
        'maintenance-window',
        'pods-not-starting',
        'postgres-backup-and-restore',
        'rate-limit-exhausted',
        'rollout',
        'scaling',
        'secret-rotation',
        'service-down',
        'slow-queries-and-locks',
      ].map((name) => `${name}.md`),
    );
  });

  it.each(files)('%s has no mistake that lint knows', async (file) => {
    const text = readFileSync(join(LIBRARY, file), 'utf8');
    expect(await lintRunbook({ file, text }, { fileExists: (path) => files.includes(path) })).toEqual([]);
  });

  it.each(files)('%s is read in full, lowers no risk, and plans with nothing but declared inputs', async (file) => {
    const { document } = await library.read(file);
    expect(document.blocks.filter((block) => block.class === 'opaque')).toEqual([]);
    expect(document.inputs.filter((input) => input.source !== 'declared')).toEqual([]);
    for (const { slug } of document.procedures) {
      const open = await planFromLibrary(library, { runbook: file, procedure: slug, inputs: {} });
      const inputs = Object.fromEntries(
        open.plan.missingInputs.map((name) => [name, SOME_VALUE[open.plan.inputTypes[name]!]]),
      );
      const { plan } = await planFromLibrary(library, { runbook: file, procedure: slug, inputs });
      const all = [...plan.steps, ...plan.helpers];
      expect(plan.missingInputs).toEqual([]);
      expect(all.filter((step) => step.riskLowered).map((step) => step.id)).toEqual([]);
      // Only what is cut off by its nature may be; a procedure of ours says its own time limits.
      expect(all.filter((step) => step.bound !== null).map((step) => step.id)).toEqual([]);
      // Nothing is changed before something was looked at.
      expect(['read', 'check', null]).toContain(plan.steps[0]!.risk);
    }
  });

  it.each(files)('%s starts by an alert only what needs no value that nobody gave', async (file) => {
    const { document } = await library.read(file);
    if (document.triggers.length === 0) return;
    const first = document.procedures[0]!.slug;
    const { plan } = await planFromLibrary(library, { runbook: file, procedure: first, inputs: {} });
    expect(plan.missingInputs).toEqual([]);
  });

  it.each([
    ['ServiceDown', 'service-down.md'],
    ['HighErrorRate', 'high-error-rate.md'],
    ['CriticalErrorRate', 'high-error-rate.md'],
    ['HighAPILatency', 'high-latency.md'],
    ['HighMemoryUsage', 'high-memory.md'],
    ['HighCPUUsage', 'high-cpu.md'],
  ])('is what the alert %s calls for', async (alertname, path) => {
    expect(await library.findByTrigger({ alertname, namespace: 'shop' })).toEqual([expect.objectContaining({ path })]);
  });
});
