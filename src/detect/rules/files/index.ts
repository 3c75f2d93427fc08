/** Rule files. Loaded only by who has some: a grammar of PromQL comes with it. */
export { createRecordingPlacer, inlineRecordings } from '../recordings/inline-recordings.ts';
export { loadRules } from './load-rules.ts';
export { writeRules } from './write-rules.ts';
