import type pg from 'pg';

/**
 * Only one process dispatches. The office belongs to a worker whose lease lives; taking it gives a new epoch, and with
 * that the predecessor's writes are refused.
 * @returns the epoch, or null while another worker has it
 */
export async function takeOffice(pool: pg.Pool, workerId: string): Promise<number | null> {
  const { rows } = await pool.query<{ epoch: number }>({
    name: 'take-dispatcher',
    text: `
      update alert_dispatcher d set worker_id = $1, epoch = d.epoch + 1
      where exists (select from workers w where w.id = $1 and w.lease_expires_at > clock_timestamp())
        and not exists (
          select from workers w where w.id = d.worker_id and w.id <> $1 and w.lease_expires_at > clock_timestamp())
      returning d.epoch`,
    values: [workerId],
  });
  return rows[0]?.epoch ?? null;
}

/** Gives it back, so that the next one need not wait for the lease to end. */
export async function leaveOffice(pool: pg.Pool, workerId: string, epoch: number): Promise<void> {
  await pool.query('update alert_dispatcher set worker_id = null where worker_id = $1 and epoch = $2', [
    workerId,
    epoch,
  ]);
}
