import { formatAbsolute } from '../../lib/format-time.ts';
import { formatMoment } from '../../lib/zone-time.ts';

/** A moment in the zone that was chosen; the reader's own and UTC on hover. */
export function ZoneMoment({ at, zone }: { at: string; zone: string }) {
  return (
    <time dateTime={at} title={formatAbsolute(at)}>
      {formatMoment(Date.parse(at), zone)}
    </time>
  );
}
