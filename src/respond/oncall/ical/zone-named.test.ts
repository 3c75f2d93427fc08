import { expect, it } from 'vitest';
import { zoneNamed } from './zone-named.ts';

it.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['UTC', 'UTC'],
  ['W. Europe Standard Time', 'Europe/Berlin'],
  ['Pacific Standard Time', 'America/Los_Angeles'],
  ['India Standard Time', expect.stringMatching(/^Asia\/(?:Kolkata|Calcutta)$/)],
  ['/freeassociation.sourceforge.net/Europe/Berlin', 'Europe/Berlin'],
  ['/mozilla.org/20050126_1/America/Indiana/Knox', 'America/Indiana/Knox'],
  ['Customized Time Zone', null],
  ['/nowhere/at/all', null],
  ['', null],
  ['/', null],
])('reads the zone %j as %j', (name, zone) => {
  expect(zoneNamed(name)).toEqual(zone);
});
