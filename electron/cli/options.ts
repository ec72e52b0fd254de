import { InvalidArgumentError, Option, type Command } from 'commander';
import type { FolderReading } from '#shared/domain/folderLayout';
import { precisionChoiceSchema } from '#shared/domain/precision';
import { viewsSchema, type Views } from '#shared/domain/testTimeAugmentation';

/** Puts a command on the root: its arguments, what it does, and the exit code it ends with. */
export type AddCommand = (root: Command) => void;

export interface InWorkspace {
  readonly workspace?: string;
}

export const workspaceOption = [
  '--workspace <folder>',
  'workspace folder (default: the one the window uses)',
  place,
] as const;

const VIEW_COUNTS = [...viewsSchema.values].join(', ').replace(/, (?=\d+$)/, ' or ');

export const viewsOption: [string, string, (text: string) => Views, Views] = [
  '--views <number>',
  `views of each image to answer by, ${VIEW_COUNTS}: itself, its mirror image, its quarter turns, or all of them; each takes the time of one`,
  views,
  1,
];

export const precisionOption = new Option(
  '--precision <precision>',
  'precision of the network, bfloat16 only with a model that was checked in it; automatic takes the faster one here',
)
  .choices(precisionChoiceSchema.options)
  .default('automatic');

export const setOption: [string, string, (text: string, before: readonly string[]) => string[], string[]] = [
  '--set <key=value>',
  'change a setting of the recipe, such as stages.0.epochs=20; may be given several times',
  collect,
  [],
];

/** How a folder of labelled images is meant where its names do not tell. */
export const joinClassesOption = ['--join-classes', 'join folders side by side whose names mean one class'] as const;
export const classLevelOption = [
  '--class-level <number>',
  'which level of folders is the classes, 1 being the outermost',
  within(1, 32),
] as const;

export interface ReadingOptions {
  readonly joinClasses?: boolean;
  readonly classLevel?: number;
}

export function readingOf({ joinClasses = false, classLevel }: ReadingOptions): FolderReading {
  return { joinClasses, classLevel: classLevel ?? null };
}

/** A file or folder. What is empty would mean the current folder, unsaid. */
export function place(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is a file or a folder, and is not empty.');
  return text;
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is a whole number, 0 or more.');
  return Number(text);
}

export function within(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = wholeNumber(text);
    if (number < low || number > high)
      throw new InvalidArgumentError(`It is a whole number from ${String(low)} to ${String(high)}.`);
    return number;
  };
}

function views(text: string): Views {
  const parsed = viewsSchema.safeParse(Number(text));
  if (!parsed.success) throw new InvalidArgumentError(`It is ${VIEW_COUNTS}.`);
  return parsed.data;
}

export function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
