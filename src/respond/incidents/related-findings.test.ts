import { describe, expect, it } from 'vitest';
import type { Finding } from '../../contract/finding.ts';
import { relateFindings } from './related-findings.ts';

const openedAt = new Date('2026-03-01T10:00:00.000Z');
const finding = (id: string, minutes: number, labels: Record<string, string>): Finding => ({
  id,
  fingerprint: id,
  kind: 'breach',
  title: id,
  severity: 2,
  status: 'open',
  labels,
  evidence: [],
  openedAt: new Date(openedAt.getTime() + minutes * 60_000).toISOString(),
  lastSeenAt: openedAt.toISOString(),
  fixedAt: null,
  occurrences: 1,
  incidentId: null,
  reason: null,
});
const about = [finding('own', 0, { cluster: 'west', service: 'shop', severity: 'critical' })];
const relate = (...others: Finding[]) =>
  relateFindings(openedAt, about, others).map(({ finding: { id }, shared }) => [id, shared]);

describe('a finding is related', () => {
  it('by labels it has in common, most first, then the nearest in time', () => {
    expect(
      relate(
        finding('late', 50, { cluster: 'west' }),
        finding('both', 40, { cluster: 'west', service: 'shop' }),
        finding('soon', -10, { cluster: 'west' }),
      ),
    ).toEqual([
      ['both', ['cluster=west', 'service=shop']],
      ['soon', ['cluster=west']],
      ['late', ['cluster=west']],
    ]);
  });

  it('by beginning with it, whatever it is called', () => {
    expect(relate(finding('together', 5, {}), finding('apart', 5.1, {}))).toEqual([['together', []]]);
  });

  it('not by how bad it is, nor by an empty label or the same value under another name', () => {
    const others = [{ severity: 'critical' }, { cluster: '' }, { zone: 'west' }];
    expect(relate(...others.map((labels, n) => finding(`${n}`, 30, labels)))).toEqual([]);
  });
});
