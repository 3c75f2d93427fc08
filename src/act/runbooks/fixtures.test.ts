import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbookSchema } from '../../contract/runbook.ts';
import { parseRunbook } from './parse-runbook.ts';
import { type ParsedRunbook, toRunbookDocument } from './parsed-runbook.ts';
import { planProcedure } from './plan-procedure.ts';
import { stopSyntaxThread } from './syntax/parse-syntax.ts';

const FOLDER = new URL('../../../test/fixtures/runbooks/', import.meta.url);
const files = readdirSync(FOLDER).sort();
const read = (file: string) => parseRunbook({ file, text: readFileSync(new URL(file, FOLDER), 'utf8') });

const documents = new Map<string, ParsedRunbook>();
beforeAll(async () => {
  for (const file of files) documents.set(file.slice(0, 3), await read(file));
});
afterAll(stopSyntaxThread);

const stepsOf = (document: ParsedRunbook) =>
  document.procedures.flatMap((procedure) => procedure.phases.flatMap((phase) => phase.steps));
const stepAt = (number: string, line: number) =>
  stepsOf(documents.get(number)!).filter((step) => step.line <= line && line <= step.endLine);

describe('the five unedited runbooks', () => {
  for (const file of files) {
    const number = file.slice(0, 3);

    it(`${number}: every fence is classified as a person reading it would`, () => {
      const golden: unknown = JSON.parse(readFileSync(new URL(`./golden/${number}.json`, import.meta.url), 'utf8'));
      expect(documents.get(number)!.blocks.map((block) => [block.line, block.language, block.class])).toEqual(golden);
    });

    it(`${number}: what is shown has the promised shape, and reading it again shows the same`, async () => {
      const shown = toRunbookDocument(documents.get(number)!);
      expect(runbookSchema.parse(shown)).toEqual(shown);
      expect(toRunbookDocument(await read(file))).toEqual(shown);
    });

    it(`${number}: every procedure can be planned`, () => {
      const document = documents.get(number)!;
      expect(document.procedures.length).toBeGreaterThan(10);
      for (const { slug } of document.procedures) {
        const plan = planProcedure({ document, procedure: slug, inputs: {} });
        for (const step of plan.steps) if (step.risk === 'destroy') expect(step.approvals).toBeGreaterThan(0);
      }
    });

    it(`${number}: blocks and steps refer to each other by ids that occur once`, () => {
      const document = documents.get(number)!;
      const ids = stepsOf(document).map((step) => step.id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const block of document.blocks) for (const id of block.steps) expect(ids).toContain(id);
    });
  }

  it('every placeholder and every variable never set is an input, and nothing else is', () => {
    const names = (number: string) =>
      documents
        .get(number)!
        .inputs.map((input) => input.name)
        .sort();
    expect(names('000')).toEqual(['target']);
    expect(names('001')).toEqual(['api-endpoint', 'db-host', 'db-name', 'db-user', 'pod-name', 'service-ip', 'target']);
    expect(names('002')).toEqual([
      'ALB_NAME',
      'BACKUP_ROLE_ARN',
      'BLUE_TG_ARN',
      'Describe impact',
      'GREEN_TG_ARN',
      'INCIDENT_ID',
      'RECOVERY_POINT_ARN',
      'ROUTING_RULE_ARN',
      'SECONDARY_TG_ARN',
      'SERVICE_ID',
      'ZONE_ID',
      'access-key-id',
      'api-idp-host',
      'green-idp-host',
      'instance-id',
      'sns-arn',
    ]);
    expect(names('003')).toEqual(['new-token', 'timestamp']);
    expect(names('004')).toEqual([
      'ALB_ARN',
      'DATABASE_URL',
      'LATEST_BACKUP',
      'SG_ID',
      'WAF_ACL_ARN',
      'YOUR_ROUTING_KEY',
      'api-host',
      'external-api-host',
      'pod',
      'pod-name',
      'target',
    ]);
  });

  it('inputs have the type their name or place says, and the place where they stand', () => {
    const input = (number: string, name: string) => documents.get(number)!.inputs.find((each) => each.name === name);
    expect(input('001', 'api-endpoint')).toMatchObject({
      type: 'host',
      source: 'placeholder',
      at: [{ line: 479, column: 16 }, { line: 482 }, { line: 485 }],
    });
    expect(input('002', 'GREEN_TG_ARN')).toMatchObject({ type: 'arn', source: 'env' });
    expect(input('004', 'YOUR_ROUTING_KEY')).toMatchObject({ type: 'secret', at: [{ line: 34, column: 24 }] });
  });

  it.each([
    ['000', 77],
    ['000', 241],
    ['000', 463],
    ['001', 109],
    ['001', 205],
    ['002', 63],
    ['002', 184],
    ['003', 42],
    ['003', 82],
    ['003', 93],
    ['003', 268],
    ['004', 103],
    ['004', 173],
    ['004', 206],
    ['004', 260],
    ['004', 313],
    ['004', 356],
    ['004', 359],
  ])('%s:%i never ends by itself and is bounded', (number, line) => {
    const bounds = stepAt(number, line)
      .map((step) => step.bound)
      .filter((bound) => bound !== null);
    expect(bounds).toHaveLength(1);
    expect(bounds[0]!.timeoutMs).toBeGreaterThan(0);
  });

  it('alternatives are a choice and carry it', () => {
    const options = stepsOf(documents.get('004')!).filter((step) => step.line >= 57 && step.line <= 66);
    expect(options.map((step) => step.kind)).toEqual(['choice', 'shell', 'shell', 'shell']);
    expect(options.slice(1).map((step) => step.choice?.label)).toEqual([
      'Restart pods',
      'Rollback deployment',
      'Scale up',
    ]);
    const outage = planProcedure({ document: documents.get('003')!, procedure: 'p0-service-down', inputs: {} });
    expect(outage.choices).toEqual([
      {
        group: 'platform',
        prompt: 'Which platform does this run on?',
        options: [
          { option: 'docker', label: 'Docker' },
          { option: 'kubernetes', label: 'Kubernetes' },
        ],
      },
    ]);
    expect(outage.steps.filter((step) => step.when?.option === 'docker').map((step) => step.line)).toEqual([
      77, 93, 102,
    ]);
  });

  it('comments that tell a person to wait or edit become steps', () => {
    expect(stepAt('000', 77).map((step) => step.kind)).toEqual(['wait', 'shell']);
    expect(stepAt('003', 170).map((step) => step.kind)).toEqual(['manual']);
    expect(stepAt('001', 45).map((step) => step.kind)).toEqual(['manual']);
    expect(stepAt('000', 512).map((step) => step.kind)).toEqual(['manual', 'shell']);
  });

  it('a declared incident is told to people', () => {
    expect(stepAt('004', 26)).toMatchObject([{ kind: 'notify', number: '1' }]);
  });

  it('severity, response time and symptoms are read from headings, labels and tables', () => {
    const find = (number: string, slug: string) =>
      documents.get(number)!.procedures.find((procedure) => procedure.slug === slug);
    expect(find('002', 'sev1-incident-response-playbook')).toMatchObject({
      severity: 'SEV1',
      responseWithinMs: 300_000,
    });
    expect(find('003', 'p0-service-down')).toMatchObject({
      severity: 'P0',
      responseWithinMs: 900_000,
      symptoms: ['ServiceDown alert firing, health checks failing'],
    });
    expect(find('004', 'p3-high-latency-p95--300ms')).toMatchObject({ severity: 'P3', responseWithinMs: 3_600_000 });
    expect(find('000', 'playbook-high-memory-usage-p2')?.symptoms).toEqual([
      'Memory usage > 85%',
      'Increasing GC pause times',
      'OOM kills',
    ]);
  });

  it('a list that CommonMark ends at each fence is still one list', () => {
    const steps = documents.get('002')!.procedures.find((procedure) => procedure.slug === 'blue-green-deployment')!
      .phases[0]!.steps;
    expect([...new Set(steps.map((step) => step.number?.split('.')[0]))]).toEqual(['1', '2', '3', '4', '5']);
  });
});
