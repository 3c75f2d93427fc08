import type { Evidence, Postmortem, PostmortemBody } from '../../../../src/contract/incident-postmortem.ts';
import { fromWallText, toWallText } from '../../lib/zone-time.ts';

export type Moment = PostmortemBody['timeline'][number]['moment'];
export type FormLine = {
  /** The moment of the record, which is finer than a field for date and time. */
  at: string;
  /** What the field holds: a wall clock to the minute. */
  wall: string;
  moment: Moment;
  text: string;
};
export type FormItem = { text: string; owner: string; due: string; done: boolean };

/** A postmortem while it is typed: everything is text. */
export type PostmortemForm = {
  summary: string;
  /** One on each line. */
  services: string;
  timeline: readonly FormLine[];
  rootCause: string;
  resolution: string;
  actionItems: readonly FormItem[];
  evidence: readonly Evidence[];
};

export function toForm(body: PostmortemBody | Postmortem, zone: string): PostmortemForm {
  return {
    summary: body.summary,
    services: body.services.join('\n'),
    timeline: body.timeline.map((line) => ({ ...line, wall: toWallText(Date.parse(line.at), zone) })),
    rootCause: body.rootCause,
    resolution: body.resolution,
    actionItems: body.actionItems.map(({ text, owner, due, done }) => ({
      text,
      owner: owner ?? '',
      due: due ?? '',
      done,
    })),
    evidence: body.evidence,
  };
}

/** What is sent. Lines stand in the order of their times; one whose time was not touched keeps its seconds. */
export function toBody(form: PostmortemForm, zone: string): PostmortemBody {
  return {
    summary: form.summary,
    services: [...new Set(form.services.split('\n').map(oneLine))].filter((service) => service !== ''),
    timeline: form.timeline
      .map(({ at, wall, moment, text }) => ({ at: momentOf(at, wall, zone), moment, text: oneLine(text) }))
      .toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at)),
    rootCause: form.rootCause,
    resolution: form.resolution,
    actionItems: form.actionItems.map(({ text, owner, due, done }) => ({
      text: oneLine(text),
      owner: oneLine(owner) || null,
      due: due || null,
      done,
    })),
    evidence: form.evidence.map((each) => ({ ...each, text: oneLine(each.text) })),
  };
}

function momentOf(at: string, wall: string, zone: string): string {
  if (at !== '' && toWallText(Date.parse(at), zone) === wall) return at;
  const ms = fromWallText(wall, zone);
  return ms === null ? at : new Date(ms).toISOString();
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
