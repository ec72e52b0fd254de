import { expect, it } from 'vitest';
import { evaluate } from '#models/evaluation/evaluate';
import { PLAIN_READING } from '#shared/domain/folderLayout';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { runSchema } from '#shared/domain/run';
import { resultText } from '../../../electron/cli/trainingText';

it('a model that no image judges is shown as such, with what to do', () => {
  const none = { truth: [], probabilities: new Float32Array(0), unfamiliar: [] };
  const evaluation = evaluate({ classIds: ['a', 'b'], threshold: 0.5, ...none });
  const run = runSchema.parse({
    id: '00000000-0000-4000-8000-000000000000',
    name: 'x',
    createdAt: '2026-11-25T08:00:00.000Z',
    revision: 1,
    folder: '/data',
    reading: PLAIN_READING,
    description: '',
    recipe: defaultRecipe('quick'),
    state: 'done',
    failure: null,
    modelId: 'x',
    evaluation,
  });
  expect(resultText(run)).toMatch(/^Model "x" is not evaluated: .* Add slides/);
});
