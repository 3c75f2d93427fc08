import { Fragment } from 'react';
import { ClockTime } from './time.tsx';

const MOMENT = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)/;

/** A sentence of the server's whose times are shown in the reader's zone. */
export function TextWithTimes({ text }: { text: string }) {
  return text.split(MOMENT).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
    <Fragment key={index}>{MOMENT.test(part) ? <ClockTime at={part} /> : part}</Fragment>
  ));
}
