/** A span in a calendar, as others read it. */
export type IcalEvent = { uid: string; startMs: number; endMs: number; summary: string; description: string };

const CRLF = '\r\n';
/** A line has at most so many octets; the rest goes on in the next one behind a space (RFC 5545, 3.1). */
const LINE_OCTETS = 75;

/**
 * A calendar of shifts (RFC 5545), in UTC so that no reader needs our idea of a time zone.
 * @param stampMs when it was made
 */
export function renderIcal(calendar: { name: string; stampMs: number; events: readonly IcalEvent[] }): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Holdfast//On-call//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escapeText(calendar.name)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    ...calendar.events.flatMap((event) => [
      'BEGIN:VEVENT',
      `UID:${escapeText(event.uid)}`,
      `DTSTAMP:${formatUtc(calendar.stampMs)}`,
      `DTSTART:${formatUtc(event.startMs)}`,
      `DTEND:${formatUtc(event.endMs)}`,
      `SUMMARY:${escapeText(event.summary)}`,
      `DESCRIPTION:${escapeText(event.description)}`,
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ];
  return lines.map((line) => fold(line) + CRLF).join('');
}

function formatUtc(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n');
}

function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_OCTETS) {
      folded += `${CRLF} `;
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
