import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { defineContacts } from './oncall/contacts.ts';
import { defineConvert } from './oncall/convert.ts';
import { defineDefinitions } from './oncall/definitions.ts';
import { defineEscalations } from './oncall/escalations.ts';
import { defineFeeds } from './oncall/feeds.ts';
import { defineOverrides } from './oncall/overrides.ts';
import { defineSchedules } from './oncall/schedules.ts';
import { defineSchemes } from './oncall/schemes.ts';

/** `holdfast oncall now|who|schedules|shifts|override|import|feed|policies|schemes|escalations|escalate|apply|export|convert|check|contact`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast oncall now', 'holdfast oncall who primary', 'holdfast oncall apply -f oncall.yaml');
  defineSchedules(command, context);
  defineOverrides(command, context);
  defineFeeds(command, context);
  defineEscalations(command, context);
  defineSchemes(command, context);
  defineDefinitions(command, context);
  defineConvert(command, context);
  defineContacts(command, context);
}
