import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LintFinding } from '../../../contract/runbook-lint.ts';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { lintRunbook } from './lint-runbook.ts';

const FOLDER = fileURLToPath(new URL('../../../../test/fixtures/runbooks/', import.meta.url));

/** Defects of the five runbooks as an operator argues them, each of which must be found where it is. */
const REAL: Readonly<Record<string, readonly [line: number, rule: string, why: string][]>> = {
  '000': [
    [77, 'endless-blocks-rest', 'watch never returns, so the scale-down of blue below is never reached by a script'],
    [
      105,
      'alternatives-in-sequence',
      'two rollbacks in a row: the second goes to revision 3 whatever the first reached',
    ],
    [105, 'fixed-restore-point', 'revision 3 is an example; by the time of an incident it is ancient'],
    [221, 'enabled-and-never-disabled', 'nothing in the document ever leaves emergency mode'],
    [309, 'index-blocks-writes', 'a plain CREATE INDEX locks a production table against writes'],
    [310, 'index-blocks-writes', 'the same on the next index'],
    [311, 'index-blocks-writes', 'the same on the next table'],
    [328, 'not-bash', 'a crontab line in a script: its stars expand to file names'],
    [441, 'deletes-old-before-new-is-safe', 'no set -e: old backups go even when pg_dump failed'],
    [449, 'restore-with-wrong-tool', 'the backup step writes plain SQL, which pg_restore refuses'],
    [449, 'fixed-restore-point', 'the file of one day in 2024'],
    [458, 'etcd-restore-name', 'without --name the member "default" is not in --initial-cluster'],
    [458, 'removed-call', 'etcdctl 3.6 has no snapshot restore'],
    [519, 'yaml-syntax', 'logrotate configuration called yaml'],
  ],
  '001': [
    [52, 'namespace-missing', 'the secret lands in the default namespace, the chart looks for it in driftlock'],
    [54, 'secret-on-command-line', 'the database password is written on the command line'],
    [54, 'database-without-tls', 'a production connection with sslmode=disable'],
    [138, 'promql-ratio-same-series', '5xx divided by the same 5xx series is always 1'],
    [140, 'promql-counter-compared', 'a _total above 0 stays above 0: the alert never ends'],
    [144, 'promql-bytes-as-share', 'gibibytes compared with 0.8 as if it were 80 %'],
    [196, 'removed-statistics-column', 'mean_time was renamed in PostgreSQL 13, which the document requires'],
    [205, 'endless-blocks-rest', 'the port forward blocks the pprof call that needs it'],
    [212, 'logs-of-selector-cut', 'ten lines per pod are searched for GC'],
    [238, 'logs-of-selector-cut', 'ten lines per pod are searched for the pool'],
    [266, 'logs-of-selector-cut', 'ten lines per pod are searched for cbad'],
    [350, 'pipe-hides-failure', 'a failed dump leaves a valid, empty .gz'],
    [368, 'pipe-hides-failure', 'a cut archive restores half and succeeds'],
    [368, 'psql-goes-on-after-errors', 'psql goes on after each error and exits 0'],
    [380, 'unknown-option', 'pg_restore has no --to-timestamp; point in time recovery works from WAL'],
    [398, 'alter-system-not-applied', 'shared_buffers needs a restart, which nothing mentions'],
  ],
  '002': [
    [55, 'aws-argument', 'JSON inside the shorthand notation: the client refuses the traffic shift'],
    [63, 'endless-blocks-rest', 'watch never returns before the shift to 50 %'],
    [68, 'aws-argument', 'the same on the shift to 50 %'],
    [78, 'aws-argument', 'the same on the shift to 100 %'],
    [108, 'aws-argument', 'the same on the rollback, when it matters most'],
    [212, 'hash-starts-comment', 'the channel is a comment to the shell'],
    [221, 'unknown-option', 'kubectl rollout history has no --all-namespaces'],
    [261, 'lambda-payload', 'version 2 of aws takes the JSON for base64'],
    [275, 'logs-of-selector-cut', 'the saved evidence holds ten lines per pod'],
    [408, 'aws-argument', '--metadata takes key=value'],
    [425, 'aurora-without-instance', 'the restored cluster has no instance'],
    [428, 'fixed-restore-point', 'a point in time of January 2024'],
    [431, 'says-more-than-it-does', '"Restore S3 objects" only lists versions'],
    [497, 'alarm-contradicts-itself', '4XXError is a metric of API Gateway, not of load balancers'],
    [501, 'alarm-contradicts-itself', 'described as 1 %, set to a count of 50'],
    [518, 'promql-rate-as-share', 'errors per second compared with 1 %'],
    [542, 'aurora-replica-call', 'Aurora refuses create-db-instance-read-replica'],
    [550, 'aws-call', 'there is no --node-groups-to-add'],
    [557, 'removed-call', 'autoscaling/v2 has no targetCPUUtilizationPercentage'],
    [576, 'does-the-opposite', 'switching the source/destination check off isolates nothing'],
    [581, 'aws-impossible-id', 'no interface is called eni-12345'],
    [582, 'aws-impossible-id', 'a name where only an id is taken'],
    [586, 'aws-impossible-id', 'no volume is called vol-12345'],
    [590, 'new-key-before-old-is-off', 'the suspected key works while the new one is made'],
    [590, 'prints-secret', 'the new secret key goes to the terminal'],
    [640, 'bulk-delete-unguarded', 'every unattached volume, whoever it belongs to'],
    [650, 'bulk-delete-unguarded', 'every unattached address'],
  ],
  '003': [
    [37, 'removed-call', 'docker-compose version 1'],
    [249, 'namespace-missing', 'the rotated secret goes to the default namespace; the pods keep the old token'],
    [250, 'secret-on-command-line', 'the new token is written on the command line'],
    [321, 'removed-call', 'Alertmanager 0.27 has no API v1: the test alert never arrives'],
    [340, 'stopped-and-never-started', 'the backup takes the service down and leaves it down'],
    [396, 'deletes-old-before-new-is-safe', 'old backups go before the new one is uploaded'],
    [421, 'not-bash', 'a manifest is pasted into the shell'],
    [491, 'not-bash', 'a list for people called bash'],
  ],
  '004': [
    [71, 'certificate-not-checked', 'recovery is "verified" with an expired certificate that all users see'],
    [96, 'promql-syntax', 'by without an aggregation'],
    [103, 'follow-in-pipe', 'follows the log until fifty errors have come'],
    [142, 'removed-statistics-column', 'mean_time was renamed in PostgreSQL 13'],
    [157, 'promql-quantile-without-rate', 'no rate, no _bucket'],
    [161, 'promql-quantile-without-rate', 'no rate, no _bucket'],
    [194, 'alternatives-in-sequence', 'scales up to 20 and at once down to 10'],
    [214, 'pipe-hides-failure', 'a failed dump leaves a valid, empty .gz'],
    [226, 'fixed-restore-point', 'the backup of one day in February 2024'],
    [228, 'psql-goes-on-after-errors', 'psql goes on after each error and exits 0'],
    [228, 'redirect-from-pattern', 'ambiguous redirect as soon as there are two files'],
    [254, 'destroy-among-reads', 'FLUSHDB in a list of status commands'],
    [306, 'promql-rate-of-gauge', 'memory usage is a gauge'],
    [328, 'not-bash', 'SQL after psql in a bash block'],
    [341, 'not-bash', 'SQL called bash'],
    [341, 'terminate-everyone', 'ends idle sessions of all applications'],
    [391, 'delete-then-apply', '"Full restart" deletes the deployment and its history'],
    [412, 'pipe-hides-failure', 'the evidence may be empty'],
    [427, 'psql-goes-on-after-errors', 'a half restore looks whole'],
    [456, 'promql-syntax', 'by without an aggregation'],
    [466, 'does-the-opposite', '"Block Traffic" opens port 443 to the world'],
    [478, 'mojibake', 'the template goes out with garbage'],
    [502, 'mojibake', 'the arrows of the escalation matrix'],
  ],
};

/** What is reported and should not be, or cannot be known from the document. */
const DOUBTFUL: Readonly<Record<string, readonly [line: number, rule: string, why: string][]>> = {
  '000': [
    [559, 'dead-link', 'the document was taken out of its repository'],
    [560, 'dead-link', 'the same'],
    [561, 'dead-link', 'the same'],
    [562, 'dead-link', 'the same'],
  ],
  '001': [[145, 'promql-counter-compared', 'may be a gauge with the name of a counter']],
};
const MOST_DOUBTFUL_SHARE = 0.2;

const found = new Map<string, LintFinding[]>();
beforeAll(async () => {
  for (const name of readdirSync(FOLDER)) {
    const source = { file: name, text: readFileSync(FOLDER + name, 'utf8') };
    const fileExists = () => false;
    found.set(name.slice(0, 3), await lintRunbook(source, { fileExists }));
  }
}, 60_000);
afterAll(stopSyntaxThread);

const keys = (list: readonly (readonly [number, string, ...string[]])[]) =>
  list.map(([line, rule]) => `${line} ${rule}`);

describe.each(Object.keys(REAL))('runbook %s', (name) => {
  it('has every defect found, and every finding argued', () => {
    const seen = [...new Set(found.get(name)!.map((finding) => `${finding.line} ${finding.rule}`))].sort();
    expect(seen).toEqual([...keys(REAL[name]!), ...keys(DOUBTFUL[name] ?? [])].sort());
  });
});

it('cries wolf in less than one of five findings', () => {
  const all = Object.values(REAL).flat().length;
  const doubtful = Object.values(DOUBTFUL).flat().length;
  expect(all).toBeGreaterThanOrEqual(25);
  expect(doubtful / (all + doubtful)).toBeLessThan(MOST_DOUBTFUL_SHARE);
});
