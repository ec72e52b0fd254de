import { z } from 'zod';
import { classKey, knownClass, type KnownClass } from './className';
import { partOf, type Part } from './part';

/** What a person decided about the reading of a folder, where its names do not tell. */
export const folderReadingSchema = z.object({
  /** Whether folders side by side whose names mean one class are joined. */
  joinClasses: z.boolean(),
  /** Which level of folders is the class, 1 being the outermost; null: as the names tell. */
  classLevel: z.int().positive().nullable(),
});

/** Folders side by side that become one class. */
export const joinedFoldersSchema = z.object({ classId: z.string(), folders: z.array(z.string()) });

/** A level of folders that may be the classes, with the names on it. */
export const classLevelSchema = z.object({ level: z.int().positive(), names: z.array(z.string()) });

export type FolderReading = z.infer<typeof folderReadingSchema>;
export type JoinedFolders = z.infer<typeof joinedFoldersSchema>;
export type ClassLevel = z.infer<typeof classLevelSchema>;

/** As the names tell, and nothing joined. */
export const PLAIN_READING: FolderReading = { joinClasses: false, classLevel: null };

/** The names from the folder that was given down to one that holds images. */
export type FolderPath = readonly string[];

/** What the images of a folder are. */
export interface Labels {
  readonly classId: string;
  /** Patient or slide, the outermost that is known: images of one stay together in a split. */
  readonly slide: string | null;
  /** Null where the folders give no parts. */
  readonly part: Part | null;
}

export type LevelKind = 'part' | 'patient' | 'class' | 'slide' | 'folder';

export type FolderLayout =
  | {
      readonly kind: 'recognised';
      /** What the levels of folders are, the outermost first. */
      readonly levels: readonly LevelKind[];
      readonly joined: readonly JoinedFolders[];
      /** Null for a folder that lies in no class. */
      readonly labelsOf: (path: FolderPath) => Labels | null;
    }
  /** Several levels may be the classes. */
  | { readonly kind: 'unclear'; readonly choices: readonly ClassLevel[] }
  /** Some folders of the first level are named as parts of a split, others not. */
  | { readonly kind: 'mixed'; readonly parts: readonly string[]; readonly others: readonly string[] };

/**
 * Recognises a layout of labelled images by the names of its folders: `class`, `class/slide`, `patient/class`, `part/class` and their mixtures, any depth.
 * A level is the parts where all its names are words of a split, and the classes where known class names stand on it. Without known names the outermost
 * level is the classes, unless the names below it recur from folder to folder: then either may be, and a person has to say.
 */
export function folderLayout(
  folders: readonly FolderPath[],
  known: readonly KnownClass[],
  { classLevel }: FolderReading,
): FolderLayout {
  const paths = folders.filter((path) => path.length > 0);
  const first = namesAt(paths, 0);
  const parts = first.filter((name) => partOf(name) !== null);
  if (parts.length > 0 && parts.length < first.length && classLevel === null)
    return { kind: 'mixed', parts, others: first.filter((name) => partOf(name) === null) };
  const depths = Array.from({ length: Math.max(0, ...paths.map(({ length }) => length)) }, (_, depth) => depth);
  const partDepth =
    depths.find((depth) => depth + 1 !== classLevel && paths.every((path) => partOf(path[depth] ?? '') !== null)) ??
    null;
  const open = depths.filter((depth) => depth !== partDepth);
  const candidates = classLevel === null ? classDepths(paths, open, known) : [classLevel - 1];
  const [classDepth, ...others] = candidates;
  if (classDepth === undefined || others.length > 0)
    return {
      kind: 'unclear',
      choices: candidates.map((depth) => ({ level: depth + 1, names: namesAt(paths, depth) })),
    };
  const labelled = paths.filter(({ length }) => length > classDepth);
  // A level of one name, such as class/images, tells nothing apart.
  const groupDepths = open.filter(
    (depth) =>
      depth !== classDepth &&
      (namesAt(labelled, depth).length > 1 || labelled.some((path) => path[depth] === undefined)),
  );
  const idOf = classIds(namesAt(paths, classDepth), known);
  return {
    kind: 'recognised',
    levels: levelsOf(depths, { partDepth, classDepth, groupDepths }),
    joined: joinedIn(labelled, classDepth, idOf),
    labelsOf: (path) => {
      const name = path[classDepth];
      const classId = name === undefined ? undefined : idOf.get(name);
      if (classId === undefined) return null;
      const slide = groupDepths.map((depth) => path[depth]).find((name) => name !== undefined) ?? null;
      return { classId, slide, part: partDepth === null ? null : partOf(path[partDepth] ?? '') };
    },
  };
}

/** Depths that may be the classes: one where the names tell, else several; none where all levels are parts. */
function classDepths(paths: readonly FolderPath[], open: readonly number[], known: readonly KnownClass[]): number[] {
  const idAt = (path: FolderPath, depth: number): string | null => knownClass(path[depth] ?? '', known);
  const [outer, inner] = open;
  if (outer === undefined) return [];
  const named = open.filter((depth) => namesAt(paths, depth).some((name) => knownClass(name, known) !== null));
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) {
    const names = namesAt(paths, only);
    const isClear =
      only === outer || 2 * names.filter((name) => knownClass(name, known) !== null).length >= names.length;
    return isClear ? [only] : [outer, only];
  }
  if (only !== undefined) {
    const whole = named.find((depth) =>
      paths.every((path) => {
        const id = idAt(path, depth);
        return id !== null && named.every((each) => [null, id].includes(idAt(path, each)));
      }),
    );
    return whole === undefined ? named : [whole];
  }
  if (inner === undefined) return [outer];
  const above = new Map<string, Set<string>>();
  for (const path of paths) {
    const name = path[inner];
    if (name === undefined) continue;
    const key = classKey(name);
    above.set(key, (above.get(key) ?? new Set()).add(path[outer] ?? ''));
  }
  const recurs = [...above.values()].some((names) => names.size > 1);
  const bare = namesAt(paths, outer).some((name) =>
    paths.some((path) => path[outer] === name && path.length === outer + 1),
  );
  return recurs && !bare ? [outer, inner] : [outer];
}

/** The class of each name: the known one, else one for all spellings of the name. */
function classIds(names: readonly string[], known: readonly KnownClass[]): Map<string, string> {
  const own = new Map<string, string>();
  return new Map(
    names.map((name) => {
      const id = knownClass(name, known) ?? own.get(classKey(name)) ?? (name.trim() || name).normalize('NFC');
      own.set(classKey(name), id);
      return [name, id];
    }),
  );
}

/** Folders of different names in one folder that become one class. */
function joinedIn(
  labelled: readonly FolderPath[],
  classDepth: number,
  idOf: ReadonlyMap<string, string>,
): JoinedFolders[] {
  const siblings = new Map<string, { classId: string; folders: Set<string> }>();
  for (const path of labelled) {
    const classId = idOf.get(path[classDepth] ?? '') ?? '';
    const key = [...path.slice(0, classDepth), classId].join('/');
    const found = siblings.get(key) ?? { classId, folders: new Set() };
    found.folders.add(path.slice(0, classDepth + 1).join('/'));
    siblings.set(key, found);
  }
  return [...siblings.values()]
    .filter(({ folders }) => folders.size > 1)
    .map(({ classId, folders }) => ({ classId, folders: [...folders] }));
}

function levelsOf(
  depths: readonly number[],
  {
    partDepth,
    classDepth,
    groupDepths,
  }: { partDepth: number | null; classDepth: number; groupDepths: readonly number[] },
): LevelKind[] {
  return depths.map((depth) => {
    if (depth === partDepth) return 'part';
    if (depth === classDepth) return 'class';
    if (depth !== groupDepths[0]) return 'folder';
    return depth < classDepth ? 'patient' : 'slide';
  });
}

/** The names on a level, each once, in their order. */
function namesAt(paths: readonly FolderPath[], depth: number): string[] {
  return [...new Set(paths.flatMap((path) => path[depth] ?? []))];
}
