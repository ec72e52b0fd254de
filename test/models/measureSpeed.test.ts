import { expect, it } from 'vitest';
import { PIPELINES } from '#shared/domain/augmentationPipeline';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { fitRecipeSchema } from '#shared/domain/recipe';
import { tf } from '#models/backend/tensorflow';
import { openSessions } from '#models/graph/session';
import { measureSpeed } from '#models/training/measureSpeed';
import { smallRecipe } from '../support/smallFit';

const recipe = fitRecipeSchema.parse({
  ...defaultRecipe('fine-tune'),
  network: 'efficientnet-lite0',
  workingSize: 64,
  inputSize: 64,
});

it('the speed of each stage is measured, larger images are slower, and nothing is left behind', async () => {
  const before = { tensors: tf.memory().numTensors, sessions: openSessions() };
  const { signal } = new AbortController();
  const small = await measureSpeed(recipe, 8, signal);
  const large = await measureSpeed({ ...recipe, inputSize: 192 }, 8, signal);
  expect(small).toHaveLength(recipe.stages.length);
  for (const [index, { secondsAStep, secondsAnImage }] of small.entries()) {
    expect(secondsAnImage).toBeGreaterThan(0);
    // Nine times the pixels: twice the time even on a machine that has other work.
    expect(large[index]?.secondsAStep).toBeGreaterThan(2 * secondsAStep);
  }
  expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
});

it('measuring that is cancelled stops, and leaves nothing behind', async () => {
  const before = { tensors: tf.memory().numTensors, sessions: openSessions() };
  await expect(measureSpeed(recipe, 8, AbortSignal.abort())).rejects.toMatchObject({ failure: { code: 'cancelled' } });
  expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
});

it('a recipe whose staining is estimated only in a run is measured before', async () => {
  const stained = smallRecipe({ augmentation: PIPELINES.stains });
  const [speed] = await measureSpeed(stained, 3, new AbortController().signal);
  expect(speed?.secondsAStep).toBeGreaterThan(0);
});
