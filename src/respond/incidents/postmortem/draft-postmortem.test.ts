import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writePostmortemSchema } from '../../../contract/incident-postmortem.ts';
import { draftPostmortem, TOLD_KINDS } from './draft-postmortem.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 10, minutes)).toISOString();
type Told = [minutes: number, kind: string, text: string, ref?: string];
const FINDING = {
  id: 'fnd_0123456789',
  kind: 'breach' as const,
  title: 'Errors',
  openedAt: at(0),
  labels: {},
  evidence: [],
};
const draft = (told: readonly Told[], findings: Parameters<typeof draftPostmortem>[0]['findings'] = []) =>
  draftPostmortem({
    title: 'Shop is down',
    openedAt: new Date(at(0)),
    findings,
    entries: told.map(([minutes, kind, text, ref = null]) => ({ at: at(minutes), kind, text, ref })),
  });
const moments = (told: readonly Told[]) =>
  draft(told)
    .timeline.filter(({ moment }) => moment !== 'note')
    .map((line) => [line.moment, line.at.slice(14, 16)]);

const OPENED: Told = [0, 'incident.opened', 'Opened by a finding'];

describe('a draft', () => {
  it('takes the first acknowledgement and mitigation, the last root cause and end', () => {
    expect(
      moments([
        OPENED,
        [2, 'incident.acknowledged', 'Acknowledged'],
        [4, 'incident.status-changed', 'Status identified: the disk'],
        [6, 'incident.status-changed', 'Status mitigated: moved'],
        [8, 'incident.resolved', 'Resolved'],
        [10, 'incident.status-changed', 'Status investigating: it is back'],
        [12, 'incident.status-changed', 'Status identified: the switch'],
        [14, 'incident.status-changed', 'Status mitigated: moved again'],
        [16, 'incident.resolved', 'Resolved'],
      ]),
    ).toEqual([
      ['alert', '00'],
      ['acknowledged', '02'],
      ['mitigated', '06'],
      ['root-cause', '12'],
      ['restored', '16'],
    ]);
  });

  it('takes a run that repaired it for the mitigation where nobody said one', () => {
    const told: Told[] = [OPENED, [3, 'run.succeeded', 'Run of shop.md#restart succeeded']];
    expect(moments(told)).toEqual([
      ['alert', '00'],
      ['mitigated', '03'],
    ]);
  });

  it('begins when something first noticed, and names what the findings are about once', () => {
    const finding = (minutes: number, labels: Record<string, string>) => ({
      ...FINDING,
      openedAt: at(minutes),
      labels,
    });
    const found = draft(
      [[5, 'incident.opened', 'Opened']],
      [finding(4, { service: 'shop', job: 'api' }), finding(1, { job: 'billing' }), finding(6, { service: 'shop' })],
    );
    expect(found.timeline[0]).toEqual({ at: at(1), moment: 'alert', text: 'Errors' });
    expect(found.services).toEqual(['shop', 'billing']);
  });

  it('names as evidence what was found, with what was seen last, and how each run ended', () => {
    const seen = { at: at(1), text: 'HTTP 503\nfrom shop' };
    const run = (minutes: number, kind: string, text: string, ref: string): Told => [minutes, kind, text, ref];
    const found = draft(
      [
        OPENED,
        run(2, 'run.failed', 'Run of shop.md#restart failed', 'run_0123456789'),
        run(3, 'step.succeeded', 'Step "restart" done', 'run_0123456780'),
        run(4, 'run.succeeded', 'Run of shop.md#move succeeded', 'run_0123456780'),
      ],
      [
        { ...FINDING, evidence: [seen] },
        { ...FINDING, id: 'fnd_1123456789', kind: 'anomaly' },
        { ...FINDING, id: 'fnd_2123456789', labels: { alertname: 'Down' } },
      ],
    );
    expect(found.evidence.map(({ kind, text, ref }) => [kind, text, ref])).toEqual([
      ['finding', 'Errors: HTTP 503 from shop', 'fnd_0123456789'],
      ['anomaly', 'Errors', 'fnd_1123456789'],
      ['alert', 'Errors', 'fnd_2123456789'],
      ['run', 'Run of shop.md#restart failed', 'run_0123456789'],
      ['run', 'Run of shop.md#move succeeded', 'run_0123456780'],
    ]);
  });

  it('is something that may be written as it is, whatever the record holds', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('Status identified: \u0000', '😀'.repeat(3_000), ' \n '),
    );
    const entry = fc.tuple(fc.integer({ min: 0, max: 59 }), fc.constantFrom(...TOLD_KINDS), text);
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), text, (told, label) => {
        const ordered = [...told].sort(([a], [b]) => a - b);
        const made = draft(ordered, [{ ...FINDING, title: label, labels: { service: label } }]);
        expect(writePostmortemSchema.safeParse(made).error).toBeUndefined();
      }),
    );
  });

  it('stays readable where the record is long', () => {
    const told = Array.from({ length: 1_000 }, (_, n): Told => [n % 60, 'step.succeeded', `Step "${n}" done`]);
    const made = draft([OPENED, ...told]);
    expect(made.timeline.length).toBeLessThanOrEqual(500);
    expect(writePostmortemSchema.safeParse(made).error).toBeUndefined();
  });
});
