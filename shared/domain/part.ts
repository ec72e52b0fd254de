import { z } from 'zod';

/** Parts of labelled data: the training set, the validation set and the test set. */
export const partSchema = z.enum(['training', 'validation', 'test']);

export type Part = z.infer<typeof partSchema>;

/** What folders of a split are called. */
const WORDS: Readonly<Record<string, Part>> = {
  train: 'training',
  training: 'training',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

/** The part that a folder's name stands for, `Test_Set` as `test`; null for any other name. */
export function partOf(name: string): Part | null {
  const [word = '', ...others] = name
    .trim()
    .toLowerCase()
    .split(/[\s._-]+/);
  const isPart = others.every((other) => ['set', 'data', 'images'].includes(other));
  return isPart && Object.hasOwn(WORDS, word) ? (WORDS[word] ?? null) : null;
}
