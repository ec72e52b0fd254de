/** How the program is begun in its folder. */
export const PROGRAM = 'npm run --silent cli --';

/** A command as it is typed, such as `train --resume RUN`: words with more than letters, digits and the signs of paths in quotes. */
export function typed(...words: readonly string[]): string {
  return [PROGRAM, ...words.map((word) => (/^[\w./:\\-]+$/.test(word) ? word : `"${word}"`))].join(' ');
}
