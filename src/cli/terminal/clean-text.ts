import { stripVTControlCharacters } from 'node:util';

/** C0 but tab and line feed, DEL, C1: what a terminal might obey. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Marks that reorder what is shown, so that a text reads differently from what it is ("Trojan Source"). */
const REORDERING = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g;

/**
 * Text from outside (a step's output, a title, a reason) as it may be written to a terminal: nothing in it can move the
 * cursor, change colours or the window's title, or hide a part of itself. Line feeds and tabs stay.
 */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n').replaceAll('\r', '\n'))
    .replace(CONTROLS, '')
    .replace(REORDERING, '');
}

/** The same on one line, for tables and titles. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, ' ').trim();
}

/** JSON on one line in which no character acts on a terminal; parsed again it is the same value. */
export function toSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
