import { z } from 'zod';
import { severityRankSchema, timestampSchema } from './common.ts';
import { STREAM_KINDS } from './stream.ts';

export const ANOMALY_KINDS = ['event', 'window', 'point', 'trace'] as const;
export const FEEDBACK_WORDS = ['normal', 'confirmed'] as const;

export const spanSchema = z.object({ from: z.int(), to: z.int(), bits: z.number(), text: z.string() });

/** One anomaly in a list. */
export const anomalySchema = z
  .object({
    id: z.string(),
    streamId: z.string(),
    service: z.string(),
    streamKind: z.enum(STREAM_KINDS),
    what: z.enum(ANOMALY_KINDS),
    /** The event's number within the stream, or the window's. */
    n: z.int(),
    at: timestampSchema,
    foundAt: timestampSchema,
    severity: severityRankSchema,
    score: z.number(),
    p: z.number(),
    /** Anomalies of one cause share it: the stream and the template, series or channel. */
    cause: z.string(),
    summary: z.string(),
    feedback: z
      .object({ verdict: z.enum(FEEDBACK_WORDS), by: z.string(), reason: z.string(), at: timestampSchema })
      .nullable(),
  })
  .meta({ id: 'Anomaly' });
export type Anomaly = z.infer<typeof anomalySchema>;

/** Everything that was known when it was judged. */
export const anomalyDetailSchema = anomalySchema
  .extend({
    alpha: z.number(),
    calibrationSize: z.int(),
    /** The event as it was judged (after redaction), null for a window. */
    event: z.string().nullable(),
    attributes: z.record(z.string(), z.json()),
    bits: z.number().nullable(),
    /** What was surprising, largest first; offsets into `event`, UTF-16, `to` exclusive. */
    spans: z.array(spanSchema),
    template: z.string().nullable(),
    nearest: z.object({ template: z.string(), example: z.string() }).nullable(),
    values: z.array(
      z.object({
        from: z.int(),
        to: z.int(),
        text: z.string(),
        excessBits: z.number(),
        expected: z.string(),
      }),
    ),
    /** Of a point: what was measured, and between what it was expected. */
    point: z
      .object({
        series: z.string(),
        /** The row's number within its series. */
        row: z.int().optional(),
        value: z.number(),
        expected: z.tuple([z.number(), z.number()]).nullable(),
      })
      .nullable(),
    /** Of a window: its events, the p-value of each channel, and which one fired. */
    window: z
      .object({
        from: z.int(),
        to: z.int(),
        channels: z
          .object({ novelty: z.number(), top: z.number(), frequency: z.number(), values: z.number() })
          .nullable(),
        fired: z.enum(['novelty', 'top', 'frequency', 'values']).nullable(),
        ncd: z.number(),
        ratio: z.number(),
        entropy: z.number(),
      })
      .nullable(),
    /** Of a trace: what its spans are, what is missing, extra, repeated or failed, and what took unusually long. */
    trace: z
      .object({
        traceId: z.string(),
        spans: z.int(),
        shape: z.string(),
        differences: z.array(
          z.object({ kind: z.enum(['missing', 'extra', 'repeated', 'failed']), step: z.string(), words: z.string() }),
        ),
        slow: z.array(
          z.object({ step: z.string(), durationMs: z.number(), usualMs: z.number().nullable(), rarity: z.number() }),
        ),
      })
      .nullable(),
  })
  .meta({ id: 'AnomalyDetail' });
export type AnomalyDetail = z.infer<typeof anomalyDetailSchema>;

export const giveFeedbackSchema = z
  .strictObject({ verdict: z.enum(FEEDBACK_WORDS), reason: z.string().min(1).max(2_000).default('') })
  .meta({ id: 'GiveFeedback' });

/** What a person's word did to the stream. */
export const feedbackEffectSchema = z
  .object({
    anomaly: anomalySchema,
    /** Of the last 24 hours: the share of events called anomalies, and of those nobody confirmed. */
    alarmRate: z.number().nullable(),
    falseAlarmRate: z.number().nullable(),
    alpha: z.number(),
  })
  .meta({ id: 'FeedbackEffect' });
export type FeedbackEffect = z.infer<typeof feedbackEffectSchema>;

/** One event's judgement, as `/v1/detect` answers it. */
export const detectedEventSchema = z
  .object({
    /** Its place in the request, from 0. */
    index: z.int(),
    n: z.int(),
    score: z.number(),
    p: z.number().nullable(),
    state: z.enum(['warming', 'active']),
    anomaly: z.boolean(),
    /** Of an anomaly: where it can be read again, and why it is one. */
    id: z.string().optional(),
    bits: z.number().optional(),
    spans: z.array(spanSchema).optional(),
    template: z.string().optional(),
    nearest: z.object({ template: z.string(), example: z.string() }).nullable().optional(),
  })
  .meta({ id: 'DetectedEvent' });
export type DetectedEvent = z.infer<typeof detectedEventSchema>;

export const detectAnswerSchema = z
  .object({
    streamId: z.string(),
    service: z.string(),
    state: z.enum(['warming', 'active']),
    warming: z.object({ seen: z.int(), needed: z.int() }),
    events: z.int(),
    anomalies: z.int(),
    results: z.array(detectedEventSchema),
  })
  .meta({ id: 'DetectAnswer' });
export type DetectAnswer = z.infer<typeof detectAnswerSchema>;

export const takenEventsSchema = z
  .object({ accepted: z.int(), rejected: z.int(), reasons: z.array(z.string()) })
  .meta({ id: 'TakenEvents' });
export type TakenEvents = z.infer<typeof takenEventsSchema>;
