/** OTLP's messages. Apart from the rest, because only who is sent some loads their library. */
export { encodeMessage } from './otlp-messages.ts';
