import { stat } from 'node:fs/promises';
import { basename, extname, relative, sep } from 'node:path';
import type { LabelledFile } from '#shared/compute/protocol';
import type { KnownClass } from '#shared/domain/className';
import { FailureError } from '#shared/domain/failure';
import { pathOf } from '#shared/domain/filePath';
import { folderLayout, type FolderLayout, type FolderReading } from '#shared/domain/folderLayout';
import type { TrainingFolder } from '#shared/domain/trainingFolder';
import { listFolder, type FolderEntry } from './folderEntries';
import { choicesOf, joinsOf, questionOf } from './folderQuestions';
import { PassedOverList, serviceFolder } from './passedOverList';
import { countBy, trainingWarnings } from './trainingWarnings';
import { walk } from './walk';

/** Collections of labelled images that are no folders of images. */
const COLLECTIONS = new Set(['.npz', '.csv', '.tsv', '.xlsx']);

/** File names in one line of what is passed over. */
const NAMES = 3;

/** How a folder of labelled images is read. */
export interface FolderOptions {
  /** The classes that folders may be named after; the first that fits counts. */
  readonly known: readonly KnownClass[];
  readonly reading: FolderReading;
  readonly signal: AbortSignal;
}

interface WalkedFolder {
  readonly layout: FolderLayout;
  readonly files: LabelledFile[];
  readonly passedOver: PassedOverList;
  /** Folders of the first level that hold no image. */
  readonly empty: readonly string[];
}

/**
 * The labelled images of a folder, in natural order, with the groups and parts that its folders give; folderLayout has the rules.
 * FailureError `not-found`, `no-images`, `permission-denied` (a folder in it), `cancelled`; `invalid-argument` where a person has to say first how the folder is meant.
 */
export async function readTrainingFolder(folder: string, options: FolderOptions): Promise<LabelledFile[]> {
  const { layout, files } = await walkTraining(folder, options);
  const question = questionOf(layout, options.reading);
  if (question) throw question;
  return files;
}

/** What the folder holds, how it is read, and what speaks against training on it. Open questions are part of the answer. Other errors as readTrainingFolder. */
export async function inspectTrainingFolder(folder: string, options: FolderOptions): Promise<TrainingFolder> {
  const { layout, files, passedOver, empty } = await walkTraining(folder, options);
  const { reading } = options;
  const question = questionOf(layout, reading);
  return {
    folder,
    reading,
    layout: layout.kind === 'recognised' ? layout.levels.join(' / ') : null,
    classes: [...countBy(files, ({ classId }) => classId)].map(([classId, images]) => ({ classId, images })),
    groups: countBy(files, ({ slide }) => slide).size,
    parts: partsOf(files),
    passedOver: passedOver.list(),
    warnings: layout.kind === 'recognised' ? trainingWarnings(folder, files, empty) : [],
    question: question?.failure ?? null,
    joins: joinsOf(layout, reading),
    choices: choicesOf(layout),
  };
}

async function walkTraining(folder: string, { known, reading, signal }: FolderOptions): Promise<WalkedFolder> {
  const entries = await entriesOf(folder);
  const passedOver = new PassedOverList();
  const unread = new Map<string, string[]>();
  const images: { readonly path: string; readonly folder: string }[] = [];
  const onUnreadFolder = (unread: string, cause: unknown): never => {
    throw new FailureError(
      'permission-denied',
      `The folder ${unread} cannot be read.`,
      'Check the path and the rights: without its images nothing is learned, nor evaluated.',
      { cause },
    );
  };
  for await (const chunk of walk([folder], { shard: null, signal, passedOver, onUnreadFolder })) {
    for (const { path, folder: inFolder, unreadable } of chunk) {
      if (unreadable === null) images.push({ path, folder: inFolder });
      else {
        const names = unread.get(unreadable) ?? [];
        names.push(relative(pathOf(folder), path));
        unread.set(unreadable, names);
      }
    }
  }
  for (const [reason, names] of unread) {
    const some = names.slice(0, NAMES).join(', ');
    passedOver.add('file', `${names.length > NAMES ? `${some}, ...` : some}: ${reason}`, names.length);
  }
  const paths = new Map(
    [...new Set(images.map((image) => image.folder))].map((each) => [
      each,
      relative(pathOf(folder), each).split(sep).filter(Boolean),
    ]),
  );
  const layout = folderLayout([...paths.values()], known, reading);
  const files = labelledFiles(images, paths, layout);
  const question = questionOf(layout, reading);
  if (files.length === 0 && !question) throw noImages(folder, images.length, entries);
  if (layout.kind === 'recognised' && files.length < images.length)
    passedOver.add('image', 'in no class folder', images.length - files.length);
  const first = new Set([...paths.values()].map(([name]) => name));
  const empty = entries.filter(
    ({ name, kind }) => kind === 'folder' && !name.startsWith('.') && serviceFolder(name) === null && !first.has(name),
  );
  return { layout, files, passedOver, empty: empty.map(({ name }) => name) };
}

function labelledFiles(
  images: readonly { readonly path: string; readonly folder: string }[],
  paths: ReadonlyMap<string, readonly string[]>,
  layout: FolderLayout,
): LabelledFile[] {
  if (layout.kind !== 'recognised') return [];
  const labels = new Map([...paths].map(([folder, path]) => [folder, layout.labelsOf(path)]));
  return images.flatMap(({ path, folder }) => {
    const found = labels.get(folder);
    if (!found) return [];
    const { classId, slide, part } = found;
    return [{ path, classId, slide, ...(part !== null && { part }) }];
  });
}

/** Images of each part; null where the folders give none. */
function partsOf(files: readonly LabelledFile[]): TrainingFolder['parts'] {
  if (files.every(({ part }) => part === undefined)) return null;
  const counts = countBy(files, ({ part }) => part ?? 'training');
  return {
    training: counts.get('training') ?? 0,
    validation: counts.get('validation') ?? 0,
    test: counts.get('test') ?? 0,
  };
}

/** What is in the folder itself. */
async function entriesOf(folder: string): Promise<FolderEntry[]> {
  const isFile = await stat(folder).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) {
    throw new FailureError(
      'invalid-argument',
      comesLater(basename(folder)) ?? `${folder} is a file: labelled images are read from a folder.`,
      HINT,
    );
  }
  try {
    return await listFolder(pathOf(folder));
  } catch (error) {
    throw new FailureError(
      'not-found',
      `The folder ${folder} cannot be read.`,
      'Check the path and the rights, then try again.',
      { cause: error },
    );
  }
}

const HINT = 'Give a folder that holds one folder of images for each class, named after the class.';

function noImages(folder: string, loose: number, entries: readonly FolderEntry[]): FailureError {
  const message = [
    `No class folders with images were found in ${folder}.`,
    ...(loose > 0 ? [`Its images (${String(loose)}) lie in no class folder.`] : []),
    ...entries.flatMap(({ name }) => comesLater(name) ?? []).slice(0, 1),
  ];
  return new FailureError('no-images', message.join(' '), HINT);
}

function comesLater(name: string): string | null {
  const extension = extname(name).toLowerCase();
  return COLLECTIONS.has(extension)
    ? `${name}: importing ${extension} comes with the view of data sets; until then labelled images are read from a folder.`
    : null;
}
