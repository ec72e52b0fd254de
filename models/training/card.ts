import { modelIdSchema } from '#shared/domain/ids';
import type { ModelCard } from '#shared/domain/model';
import type { Recipe } from '#shared/domain/recipe';
import type { Part } from '#shared/domain/part';
import { describeRange } from '#shared/domain/valueRange';
import { limitsOf } from './classes';
import type { Judged } from './judge';
import { dataHash, type LabelledImage } from '../data/labelledImages';

export interface CardParts {
  readonly modelId: string;
  readonly name: string;
  readonly description: string;
  readonly recipe: Recipe;
  readonly classIds: readonly string[];
  readonly backbone: ModelCard['backbone'];
  readonly inputSize: number;
  readonly judged: Judged;
  readonly bfloat16: ModelCard['bfloat16'];
  readonly familiarity: ModelCard['familiarity'];
  /** The images that were used, by part. */
  readonly used: Readonly<Record<Part, readonly LabelledImage[]>>;
  /** What is questionable in the images. */
  readonly findings: readonly string[];
}

/** The card of a model just trained, without the hashes of its files. */
export function cardOf(parts: CardParts): Omit<ModelCard, 'files'> {
  const { modelId, name, description, recipe, classIds, backbone, inputSize, judged, bfloat16, familiarity, used } =
    parts;
  const { findings } = parts;
  const all = [...used.training, ...used.validation, ...used.test];
  const bySlide = all.some(({ slide }) => slide !== null);
  return {
    formatVersion: 1,
    id: modelIdSchema.parse(modelId),
    name,
    createdAt: new Date().toISOString(),
    recipe,
    classIds: [...classIds],
    backbone,
    inputSize,
    ...judged,
    bfloat16,
    leastFamiliarity: null,
    familiarity,
    data: {
      description,
      snapshotHash: dataHash(all),
      perClass: Object.fromEntries(classIds.map((id) => [id, all.filter(({ classId }) => classId === id).length])),
      training: used.training.length,
      validation: used.validation.length,
      test: used.test.length,
      seed: recipe.seed,
      bySlide,
    },
    limits: [...limitsOf(classIds, used.test, bySlide), ...findings, ...rangesOf(all)],
  };
}

/** How the values of deep images were read, each way once. */
function rangesOf(images: readonly LabelledImage[]): string[] {
  return [...new Set(images.flatMap(({ range }) => (range ? [describeRange(range)] : [])))];
}
