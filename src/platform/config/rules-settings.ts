import { z } from 'zod';
import { duration, file, filled, httpUrl, listOf, nameSchema } from './value-types.ts';

/** Rules that ship with Holdfast, by name; a file for each below `rules/`. */
export const RULE_PACKS = ['holdfast', 'driftmgr', 'driftlock', 'idp', 'discovery-agent', 'architect'] as const;

export const rulesSettingsShape = z
  .strictObject({
    files: listOf(file())
      .default([])
      .meta({ type: 'list of files' })
      .describe(
        'Rules over metrics: Prometheus rule files, PrometheusRule objects, thresholds, SLOs; `*` and `**` stand for many files. Read again on HUP.',
      ),
    packs: listOf(z.enum(RULE_PACKS))
      .default(['holdfast'])
      .meta({ defaultText: '`holdfast`' })
      .describe(
        `Rules that ship with Holdfast, by name: ${RULE_PACKS.join(', ')}. Only those named are on; the one that is on by itself watches Holdfast. They are evaluated once there is a target.`,
      ),
    target: nameSchema.optional().describe('The prometheus target, below `targets`, that they are evaluated on.'),
    remoteWrite: httpUrl({ mask: 'url-path' })
      .optional()
      .meta({ defaultText: 'alerts over recorded series are evaluated with what is recorded in its place' })
      .describe(
        'Where the series of recording rules are written (Prometheus’s remote write), with the token of the target.',
      ),
    interval: duration({ min: '1s', max: '1d' })
      .prefault('1m')
      .describe('How often rules are evaluated whose group does not say.'),
    externalLabels: z
      .record(filled, z.string())
      .default({})
      .describe('Labels every alert of a rule gets that does not have them.'),
  })
  .prefault({});
