import { z } from 'zod';
import { duration, filled, hostPort, httpUrl, nameSchema, quote, rank, text } from './value-types.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const DEFAULT_TIMEOUT_MS = 5_000;

/** What every probe has. */
const common = {
  interval: duration({ min: '100ms', max: '1d' }).prefault('10s').describe('Time between two checks.'),
  timeout: duration({ min: '10ms', max: '10m' })
    .optional()
    .meta({ defaultText: '5s, or the interval where that is shorter' })
    .describe('A check that takes longer has failed.'),
  failures: z.int().min(1).max(1000).default(3).describe('Failed checks in a row that make a finding.'),
  successes: z.int().min(1).max(1000).default(2).describe('Good checks in a row that close it.'),
  severity: rank.default(2).describe('Severity of the finding; 1 is the worst.'),
  title: filled.optional().describe('What the finding is called; default: the name of the probe.'),
  labels: z.record(nameSchema, z.string()).default({}).describe('Labels of the finding.'),
};

const status = z.int().min(100).max(599);
const MISSING_ONE = 'give either pidFile or match';

const http = z.strictObject({
  kind: z.literal('http').describe('Requests a web address.'),
  ...common,
  url: httpUrl({ mask: 'url-password' }).describe('Address to request.'),
  method: z.enum(METHODS).default('GET').describe('Method of the request.'),
  expectStatus: z
    .union([status, z.array(status).min(1)], { error: 'must be a status from 100 to 599, or a list of them' })
    .default(200)
    .transform((statuses) => [statuses].flat())
    .meta({ type: 'status or list' })
    .describe('Statuses that are well.'),
  bodyContains: filled.optional().describe('Text the answer must hold.'),
  headers: z.record(z.string().min(1), z.string()).default({}).meta({ mask: 'all' }).describe('Headers to send.'),
});

const tcp = z.strictObject({
  kind: z.literal('tcp').describe('Opens a TCP connection.'),
  ...common,
  address: hostPort({ portZero: false }).describe('Address to connect to.'),
});

const sql = z.strictObject({
  kind: z.literal('sql').describe('Runs a query on a target.'),
  ...common,
  target: filled.describe('Name of the target (see `targets`).'),
  query: filled.describe('Query to run.'),
  expect: z
    .union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, true or false' })
    .optional()
    .meta({ type: 'value' })
    .describe('What the first column of the first row must be; default: any answer is well.'),
});

const processProbe = z.strictObject({
  kind: z.literal('process').describe('Looks for a process on this machine.'),
  ...common,
  pidFile: filled.optional().meta({ path: true }).describe('File that holds the pid.'),
  match: text('an expression', (value) => value.trim() !== '')
    .optional()
    .describe('Text the command line of the process holds.'),
});

const command = z.strictObject({
  kind: z.literal('command').describe('Runs a command on this machine; exit code 0 is well.'),
  ...common,
  command: z
    .array(z.string(), {
      error: (issue) =>
        typeof issue.input === 'string'
          ? `must be a list of words, such as [${issue.input.split(/\s+/).slice(0, 8).map(quote).join(', ')}]`
          : undefined,
    })
    .min(1, 'must hold at least the program')
    .describe('Program and arguments; no shell reads them.'),
});

/** One probe as it is written, and as the prober takes it: durations in milliseconds, statuses as a list. */
export const probeSchema = z
  .discriminatedUnion('kind', [http, tcp, sql, processProbe, command])
  .superRefine((probe, context) => {
    if (probe.timeout !== undefined && probe.timeout > probe.interval) {
      context.addIssue({ code: 'custom', path: ['timeout'], message: 'is longer than the interval' });
    }
    if (probe.kind === 'process' && (probe.pidFile === undefined) === (probe.match === undefined)) {
      const both = probe.match !== undefined;
      context.addIssue({ code: 'custom', path: [], message: both ? `${MISSING_ONE}, not both` : MISSING_ONE });
    }
  })
  .transform(({ interval, timeout, failures, successes, ...rest }) => ({
    ...rest,
    intervalMs: interval,
    timeoutMs: timeout ?? Math.min(DEFAULT_TIMEOUT_MS, interval),
    failuresToOpen: failures,
    successesToClose: successes,
  }));
