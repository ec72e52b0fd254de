import { describe, expect, it } from 'vitest';
import { recipeOf } from '../../../electron/cli/recipe';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { recipeKindSchema, recipeSchema } from '#shared/domain/recipe';
import { FailureError, type Failure } from '#shared/domain/failure';

function failureOf(kind: string, ...settings: string[]): Failure | null {
  try {
    recipeOf(kind, settings);
    return null;
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  }
}

describe('a recipe', () => {
  it('of every kind is whole without a setting', () => {
    for (const kind of recipeKindSchema.options) {
      expect(recipeOf(kind, [])).toEqual(defaultRecipe(kind));
      expect(recipeSchema.parse(JSON.parse(JSON.stringify(defaultRecipe(kind))))).toEqual(defaultRecipe(kind));
    }
  });

  it('transfer is the reference recipe, number for number', () => {
    expect(defaultRecipe('transfer')).toMatchObject({
      network: 'efficientnet-b2',
      workingSize: 96,
      inputSize: 260,
      head: { dropout: 0.2, batchNorm: true, dense: [512, 256, 128], slope: 0.05, denseDropout: 0.1 },
      stages: [
        {
          train: { kind: 'head' },
          epochs: 100,
          batch: 32,
          optimiser: { kind: 'adam' },
          schedule: { kind: 'exponential', rate: 0.001, everySteps: 1000, factor: 0.95 },
          patience: 15,
        },
      ],
      classWeights: 'balanced',
      testShare: 0.2,
    });
    expect(defaultRecipe('fine-tune')).toMatchObject({
      stages: [
        { train: { kind: 'head' } },
        {
          train: { kind: 'beyond', convolutionsOnly: true },
          epochs: 20,
          batch: 16,
          schedule: { kind: 'exponential', rate: 1e-5, everySteps: 1000, factor: 0.95 },
          patience: 10,
        },
      ],
    });
  });

  it('has no setting that is not its own, such as the length of a list', () => {
    expect(failureOf('scratch', 'stages.length=50000000')?.message).toContain('There is no setting "stages.length"');
  });

  it('takes a setting at any depth', () => {
    const recipe = recipeOf('fine-tune', [
      'network=efficientnet-lite0',
      'stages.1.schedule.rate=2e-5',
      'head.dense=[64]',
      'stages.0.optimiser={"kind":"sgd"}',
      'ema=0.99',
      'seed=11',
    ]);
    expect(recipe).toMatchObject({
      network: 'efficientnet-lite0',
      head: { dense: [64] },
      stages: [
        { optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true } },
        { schedule: { kind: 'exponential', rate: 2e-5, everySteps: 1000 } },
      ],
      ema: 0.99,
      seed: 11,
    });
  });

  it('with an impossible value is refused, and the setting named', () => {
    const refused: [string, string, string][] = [
      ['transfer', 'stages.0.epochs=0', 'stages.0.epochs: 0 is too small: it is at least 1'],
      ['transfer', 'stages.0.schedule.rate=-1', 'stages.0.schedule.rate: -1 is too small: it is more than 0'],
      ['transfer', 'head.dropout=1', 'head.dropout: 1 is too large: it is less than 1'],
      ['transfer', 'seed=1.5', 'seed: 1.5 is not a whole number'],
      ['transfer', 'stages.0.train.kind=beyond', 'stages.0.train.convolutionsOnly: is missing; it is true or false'],
      ['best', 'stages.0.optimiser.kind=sgd', 'stages.0.optimiser: it has no beta1, beta2, epsilon, weightDecay'],
      ['scratch', 'network=resnet', 'network: "resnet" is none of efficientnet-lite0, '],
      ['scratch', 'weights=published', 'weights'],
      ['best', 'inputSize=ninety', 'inputSize: "ninety" is not a number'],
      ['best', 'stages=[]', 'stages: it holds at least 1'],
      ['best', 'stages=3', 'stages: 3 is not a list'],
      ['best', 'labelSmoothing=NaN', 'labelSmoothing'],
      ['quick', 'views=ninety', 'views'],
    ];
    for (const [kind, setting, named] of refused) {
      const failure = failureOf(kind, setting);
      expect([setting, failure?.code, failure?.message.includes(named)]).toEqual([setting, 'invalid-argument', true]);
    }
    expect(failureOf('best', 'testShare=0.5', 'validationShare=0.5')?.message).toContain('less than 20 %');
  });

  it('says which settings there are when one is not', () => {
    expect(failureOf('transfer', 'stages.0.epoch=3')).toMatchObject({
      message: 'There is no setting "stages.0.epoch".',
      hint: 'The settings in stages.0 are name, train, epochs, batch, optimiser, schedule, patience.',
    });
    expect(failureOf('transfer', 'stages.4.epochs=3')?.hint).toBe('The settings in stages are 0.');
    expect(failureOf('transfer', 'kind=quick')?.hint).toBe('Give it by --recipe.');
    expect(failureOf('transfer', '=3')?.message).toBe('"=3" is no setting.');
    expect(failureOf('nonsense')?.hint).toContain('quick, transfer, fine-tune, scratch, best');
    expect(failureOf('transfer', '__proto__.polluted=1')?.code).toBe('invalid-argument');
  });
});
