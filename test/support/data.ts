import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Images that come with the checkout; their names begin with what they show. */
export const SAMPLE_SLIDE = 'samples/slide';

/** The data set beside the checkout (7,200 images, a folder a class), where there is one. */
export const DATA = process.env.SMEARSCOPE_DATA ?? '../shared/data/pbc/images';
export const hasData = existsSync(DATA);

/** Copies the first `count` images of each class into a folder a class. */
export async function copyClasses(
  target: string,
  count: number,
  classIds: readonly string[] = readdirSync(DATA).sort(),
): Promise<void> {
  for (const classId of classIds) {
    await mkdir(join(target, classId), { recursive: true });
    const names = readdirSync(join(DATA, classId)).sort().slice(0, count);
    await Promise.all(names.map((name) => copyFile(join(DATA, classId, name), join(target, classId, name))));
  }
}

/** Makes many different images, in three folders: the sample ones, each with other bytes after its end, which decoders pass over. */
export async function manyImages(folder: string, count: number): Promise<void> {
  const samples = await Promise.all((await readdir(SAMPLE_SLIDE)).map((name) => readFile(join(SAMPLE_SLIDE, name))));
  for (let index = 0; index < count; index++) {
    const slide = join(folder, `slide ${String(index % 3)}`);
    await mkdir(slide, { recursive: true });
    const bytes = samples[index % samples.length] ?? Buffer.alloc(0);
    await writeFile(join(slide, `${String(index)}.jpg`), Buffer.concat([bytes, Buffer.from(String(index))]));
  }
}

const CLASS_OF_PREFIX: Readonly<Record<string, string>> = {
  BA: 'basophil',
  BNE: 'neutrophil',
  EO: 'eosinophil',
  ERB: 'erythroblast',
  IG: 'ig',
  LY: 'lymphocyte',
  MMY: 'ig',
  MO: 'monocyte',
  MY: 'ig',
  NEUTROPHIL: 'neutrophil',
  PLATELET: 'platelet',
  PMY: 'ig',
  SNE: 'neutrophil',
};

/** What a sample image shows, by its name in the data set. */
export function classOfSample(name: string): string {
  const classId = CLASS_OF_PREFIX[name.slice(0, name.indexOf('_'))];
  if (classId === undefined) throw new Error(`${name} is not named as in the data set.`);
  return classId;
}
