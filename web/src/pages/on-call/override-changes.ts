import type { ShiftBody } from '../../../../src/contract/oncall.ts';

/** A time in which somebody else is on call than before; null: nobody was. */
export type OverrideChange = { startMs: number; endMs: number; insteadOf: string | null };

/** Whose shifts an override would take, of those that are known; a hole it fills counts where it replaces anybody. */
export function changesOf(
  wanted: { user: string; replaces: string | null; startMs: number; endMs: number },
  shifts: readonly ShiftBody[],
): OverrideChange[] {
  const changes: OverrideChange[] = [];
  const [firstMs, lastMs] = [Date.parse(shifts[0]?.start ?? ''), Date.parse(shifts.at(-1)?.end ?? '')];
  let coveredMs = Math.max(wanted.startMs, Number.isNaN(firstMs) ? wanted.startMs : firstMs);
  const addHole = (startMs: number, endMs: number) => {
    if (wanted.replaces === null && endMs > startMs) changes.push({ startMs, endMs, insteadOf: null });
  };
  for (const shift of shifts) {
    const startMs = Math.max(wanted.startMs, Date.parse(shift.start));
    const endMs = Math.min(wanted.endMs, Date.parse(shift.end));
    if (endMs <= startMs) continue;
    addHole(coveredMs, startMs);
    coveredMs = endMs;
    if (shift.user === wanted.user || (wanted.replaces !== null && shift.user !== wanted.replaces)) continue;
    changes.push({ startMs, endMs, insteadOf: shift.user });
  }
  if (!Number.isNaN(lastMs)) addHole(coveredMs, Math.min(wanted.endMs, lastMs));
  return changes;
}
