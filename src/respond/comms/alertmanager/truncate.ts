/** A text of at most so many characters, its end marked when something is missing. */
export function truncateCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = [...text];
  if (characters.length <= most) return text;
  return most <= 3 ? characters.slice(0, most).join('') : `${characters.slice(0, most - 1).join('')}…`;
}
