import { describe, expect, it } from 'vitest';
import type { PostmortemBody } from '../../../../src/contract/incident-postmortem.ts';
import { joinEdits } from './join-edits.ts';
import { toBody, toForm } from './postmortem-form.ts';

const ZONE = 'Europe/Berlin';
const BODY: PostmortemBody = {
  summary: 'Orders were refused.\n\nFor *ten* minutes.',
  services: ['shop', 'payments, cards'],
  timeline: [
    { at: '2026-03-29T00:59:58.123Z', moment: 'alert', text: 'The shop does not serve orders' },
    { at: '2026-03-29T01:00:02.000Z', moment: 'note', text: 'clocks went forward' },
  ],
  rootCause: '',
  resolution: '- ended the session',
  actionItems: [
    { text: 'Set a timeout', owner: 'ada', due: '2026-04-01', done: false },
    { text: 'Tell the team', owner: null, due: null, done: true },
  ],
  evidence: [{ kind: 'link', text: 'the graph', ref: null, url: 'https://graphs.example.com/7' }],
};

describe('a postmortem as a form', () => {
  it('goes there and back without a loss, seconds of the record too', () => {
    expect(toBody(toForm(BODY, ZONE), ZONE)).toEqual(BODY);
  });

  it('a line whose time was changed moves to where it belongs', () => {
    const form = toForm(BODY, ZONE);
    const timeline = form.timeline.map((line, index) => (index === 0 ? { ...line, wall: '2026-03-29T03:30' } : line));
    expect(toBody({ ...form, timeline }, ZONE).timeline.map(({ at, moment }) => [at, moment])).toEqual([
      ['2026-03-29T01:00:02.000Z', 'note'],
      ['2026-03-29T01:30:00.000Z', 'alert'],
    ]);
  });

  it('empty lines among the services, and one named twice, are left out', () => {
    expect(toBody({ ...toForm(BODY, ZONE), services: ' shop \n\nshop\nmail' }, ZONE).services).toEqual([
      'shop',
      'mail',
    ]);
  });
});

describe('two edits of one postmortem', () => {
  const before = toForm(BODY, ZONE);

  it('are joined part by part', () => {
    const joined = joinEdits(before, { ...before, rootCause: 'mine' }, { ...before, summary: 'theirs' });
    expect(joined).toEqual({ form: { ...before, rootCause: 'mine', summary: 'theirs' }, both: [] });
  });

  it('what both changed stays as it was typed here, and is named', () => {
    const joined = joinEdits(before, { ...before, rootCause: 'mine' }, { ...before, rootCause: 'theirs' });
    expect(joined).toEqual({ form: { ...before, rootCause: 'mine' }, both: ['rootCause'] });
  });

  it('the same change by both is no conflict', () => {
    const same = { ...before, rootCause: 'a switch' };
    expect(joinEdits(before, same, same).both).toEqual([]);
  });
});
