import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transformer } from '@napi-rs/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelledFile } from '#shared/compute/protocol';
import { augmentationPipelineSchema, PIPELINES, type AugmentationPipeline } from '#shared/domain/augmentationPipeline';
import type { FitRecipe } from '#shared/domain/recipe';
import { DEFAULT_STAINING, type Stain, type Staining } from '#shared/domain/staining';
import { previewAugmentation } from '#models/augment/preview';
import { estimateStaining } from '#models/augment/stainBasis';
import { withStaining } from '#models/augment/staining';
import { decodeImage } from '#models/data/decode';
import { readFitData } from '#models/training/fitData';
import { classOfSample, SAMPLE_SLIDE } from '../support/data';
import { smallRecipe, train } from '../support/smallFit';
import { temporaryFolder } from '../support/temporary';

const SIDE = 64;
const OWN: Staining = {
  white: [240, 235, 230],
  stains: [
    [0.6, 0.8, 0],
    [0, 0.6, 0.8],
  ],
};

const recipe = smallRecipe({ workingSize: SIDE, augmentation: PIPELINES.stains });

const stainingsOf = ({ steps }: AugmentationPipeline): unknown[] =>
  steps.flatMap(({ augmentations }) =>
    augmentations.flatMap((each) => (each.kind === 'stain-jitter' ? [each.staining] : [])),
  );

function augmentationIn(trained: { readonly recipe: FitRecipe | { readonly kind: 'quick' } }): AugmentationPipeline {
  if (trained.recipe.kind === 'quick') throw new Error('The model was trained by gradients.');
  return trained.recipe.augmentation;
}

const decoded = async (path: string): Promise<Uint8Array> => (await decodeImage(await readFile(path), SIDE)).pixels;

/** Writes RGB bytes [SIDE, SIDE, 3] as a file of a class. */
async function writeImage(folder: string, classId: string, name: string, pixels: Uint8Array): Promise<LabelledFile> {
  const rgba = new Uint8Array((pixels.length / 3) * 4).fill(255);
  for (let at = 0; at < pixels.length / 3; at++) rgba.set(pixels.subarray(at * 3, at * 3 + 3), at * 4);
  await mkdir(join(folder, classId), { recursive: true });
  const path = join(folder, classId, `${name}.png`);
  await writeFile(path, await Transformer.fromRgbaPixels(rgba, SIDE, SIDE).png());
  return { path, classId, slide: null };
}

/** The sample slide as if another laboratory had stained it: red and blue change places, and less light is absorbed. */
async function otherLaboratory(folder: string): Promise<LabelledFile[]> {
  const names = (await readdir(SAMPLE_SLIDE)).sort();
  return Promise.all(
    names.map(async (name) => {
      const pixels = await decoded(join(SAMPLE_SLIDE, name));
      const stained = pixels.map((_, at) => 90 + Math.round(0.6 * (pixels[at - (at % 3) + 2 - (at % 3)] ?? 0)));
      return writeImage(folder, classOfSample(name) === 'neutrophil' ? 'neutrophil' : 'other', name, stained);
    }),
  );
}

describe('the staining that stain jitter varies', () => {
  let place = '';
  let files: LabelledFile[] = [];
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'smearscope-test-'));
    files = await otherLaboratory(join(place, 'data'));
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  it('is in a run that of the training images and of no others, stands in the card in numbers, and is the same when the run goes on', async () => {
    const data = await readFitData(
      files,
      join(await temporaryFolder(), 'cache'),
      recipe,
      () => () => Promise.resolve(),
    );
    await data.cache.close();
    const estimateOf = async (images: readonly { readonly path: string }[]): Promise<Staining | null> =>
      estimateStaining(await Promise.all(images.map(({ path }) => decoded(path))));
    const expected = await estimateOf(data.parts.training);
    expect(expected).not.toBeNull();
    expect(await estimateOf(files), 'another part has a say').not.toEqual(expected);
    expect(expected?.stains[0][2], 'the dye of nuclei absorbs blue now').toBeGreaterThan(
      2 * DEFAULT_STAINING.stains[0][2],
    );

    const { result: whole } = await train(place, files, recipe);
    expect(whole.card.recipe).toEqual({ ...recipe, augmentation: withStaining(recipe.augmentation, expected) });
    expect(stainingsOf(augmentationIn(whole.card))).toEqual([expected]);

    await expect(train(place, files, recipe, { run: 'cut', stopAtStep: 3 })).rejects.toMatchObject({
      failure: { code: 'cancelled' },
    });
    const { events, result: resumed } = await train(place, [...files].reverse(), recipe, { run: 'cut' });
    expect(events.find(({ kind }) => kind === 'from')).toMatchObject({ epoch: 1 });
    expect(resumed.card.recipe).toEqual(whole.card.recipe);
    expect(resumed.card.evaluation).toEqual(whole.card.evaluation);
  });

  it('is the one in the recipe where numbers stand there', async () => {
    const given = withStaining(recipe.augmentation, OWN);
    const { result } = await train(place, files, { ...recipe, augmentation: given }, { run: 'given' });
    expect(augmentationIn(result.card)).toEqual(given);
    expect(stainingsOf(given)).toEqual([OWN]);
  });

  it('is the program’s own where the images show none', async () => {
    const folder = await temporaryFolder();
    const blank = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        writeImage(
          folder,
          index % 2 === 0 ? 'dark' : 'pale',
          String(index),
          new Uint8Array(SIDE * SIDE * 3).fill(index + 200),
        ),
      ),
    );
    const { result } = await train(folder, blank, recipe);
    expect(stainingsOf(augmentationIn(result.card))).toEqual([DEFAULT_STAINING]);
  });

  it('is not estimated from images that contradict one another, whose stains are one in the middle', () => {
    const shared: Stain = [0.6, 0.57, 0.57];
    /** A third is empty slide; the rest holds one of two stains, half of it twice as much. */
    const imageOf = (other: Stain): Uint8Array =>
      Uint8Array.from({ length: 600 * 3 }, (_, at) => {
        const pixel = Math.floor(at / 3);
        if (pixel < 200) return 255;
        const stain = pixel % 2 === 0 ? shared : other;
        return Math.round(256 * Math.exp(-(pixel < 400 ? 0.75 : 1.5) * (stain[at % 3] ?? 0)) - 1);
      });
    const [one, another] = [imageOf([0.5, 0.85, 0.1]), imageOf([0.5, 0.1, 0.85])];
    expect(estimateStaining([one])).not.toBeNull();
    expect(estimateStaining([another])).not.toBeNull();
    expect(estimateStaining([one, another])).toBeNull();
  });

  it('is in a preview that of the images shown', async () => {
    const images = await Promise.all(files.slice(0, 4).map(({ path }) => decoded(path)));
    const pipeline = augmentationPipelineSchema.parse({
      steps: [{ when: 'always', augmentations: [{ kind: 'stain-jitter', amount: 0.5 }] }],
    });
    const shown = (each: AugmentationPipeline): Uint8Array[] =>
      previewAugmentation({
        pixels: new Uint8Array(Buffer.concat(images)),
        side: SIDE,
        pipeline: each,
        seeds: [[7, 0]],
      });
    expect(shown(pipeline)).toEqual(shown(withStaining(pipeline, estimateStaining(images))));
    expect(shown(pipeline)).not.toEqual(shown(withStaining(pipeline, null)));
  });
});
