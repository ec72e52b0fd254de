import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUGMENTATIONS, atStrength, augmentationSchema } from '#shared/domain/augmentation';
import { BASE_PIPELINE, pipelineAtStrength, readPipeline } from '#shared/domain/augmentationPipeline';
import { FailureError } from '#shared/domain/failure';

/** Any augmentation, with any of its options left out or, often, out of range. */
const anything = fc.oneof(
  ...augmentationSchema.options.map((option) =>
    fc.record(
      {
        kind: fc.constant(option.shape.kind.value),
        ...Object.fromEntries(
          Object.keys(option.shape)
            .filter((key) => key !== 'kind')
            .map((key) => [
              key,
              fc.oneof(
                fc.double({ min: -0.5, max: 1.5, noNaN: true }),
                fc.integer({ min: 0, max: 12 }),
                fc.boolean(),
                fc.string(),
              ),
            ]),
        ),
      },
      { requiredKeys: ['kind'] },
    ),
  ),
);

const failureOf = (json: string): FailureError['failure'] => {
  try {
    readPipeline(json, 'pipeline.json');
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  }
  throw new Error('the pipeline was taken');
};

describe('every augmentation', () => {
  it('has defaults that can be used, and one sentence of explanation', () => {
    expect(AUGMENTATIONS).toHaveLength(28);
    expect(new Set(AUGMENTATIONS.map(({ kind }) => kind)).size).toBe(28);
    for (const { kind, explanation } of AUGMENTATIONS) {
      expect(augmentationSchema.parse({ kind }).kind).toBe(kind);
      expect(explanation).toMatch(/^[A-Z][^.]+\.$/);
    }
  });

  it('is taken as it was written, or refused: nothing is changed in silence, and weaker is always allowed', () => {
    fc.assert(
      fc.property(anything, fc.double({ min: 0, max: 1, noNaN: true }), (value, strength) => {
        const parsed = augmentationSchema.safeParse(value);
        if (!parsed.success) return;
        expect(parsed.data).toMatchObject(value);
        expect(augmentationSchema.parse(parsed.data)).toEqual(parsed.data);
        const weaker = atStrength(parsed.data, strength);
        expect(augmentationSchema.parse(weaker)).toEqual(weaker);
        expect(atStrength(parsed.data, 1)).toEqual(parsed.data);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses an option that it does not have', () => {
    for (const { kind } of AUGMENTATIONS)
      expect(augmentationSchema.safeParse({ kind, unheardOf: 1 }).success).toBe(false);
  });
});

describe('a pipeline file', () => {
  it('is read with defaults filled in', () => {
    const text = JSON.stringify({
      steps: [
        {
          when: 'always',
          augmentations: ['flip', 'rotation', 'brightness', 'translation', 'zoom'].map((kind) => ({ kind })),
        },
      ],
    });
    expect(readPipeline(text, 'pipeline.json')).toEqual(BASE_PIPELINE);
  });

  it.each([
    ['no JSON', '{"steps": [', 'pipeline.json is not JSON'],
    ['a list', '[]', 'expected object'],
    [
      'an unknown augmentation',
      '{"steps":[{"when":"always","augmentations":[{"kind":"rotate"}]}]}',
      'there is no augmentation "rotate"',
    ],
    ['no kind', '{"steps":[{"when":"always","augmentations":[{}]}]}', 'its "kind" is missing'],
    [
      'an unknown time',
      '{"steps":[{"when":"never","augmentations":[{"kind":"flip"}]}]}',
      '"always", "batches", "chance" or "some"',
    ],
    [
      'an impossible value',
      '{"steps":[{"when":"always","augmentations":[{"kind":"rotation","turn":2}]}]}',
      'at steps[0].augmentations[0].turn',
    ],
    ['a misspelt option', '{"steps":[{"when":"always","augmentations":[{"kind":"rotation","trun":0.2}]}]}', '"trun"'],
    ['no augmentations', '{"steps":[{"when":"always","augmentations":[]}]}', 'at steps[0].augmentations'],
    [
      'stains along one line',
      '{"steps":[{"when":"always","augmentations":[{"kind":"stain-jitter","staining":{"white":[255,255,255],"stains":[[1,0,0],[2,0,0]]}}]}]}',
      'the two stains are the same',
    ],
    [
      'a staining that is none',
      '{"steps":[{"when":"always","augmentations":[{"kind":"stain-jitter","staining":"guessed"}]}]}',
      'expected "estimated", or the levels of the empty slide and two stains',
    ],
  ])('with %s is refused, saying where', (_, json, words) => {
    const failure = failureOf(json);
    expect(failure.code).toBe('invalid-argument');
    expect(failure.message).toContain('pipeline.json');
    expect(failure.message).toContain(words);
    expect(failure.hint).not.toBe('');
  });

  it('is refused at a strength that takes an option out of its range', () => {
    expect(() => pipelineAtStrength(BASE_PIPELINE, 2)).toThrow(FailureError);
    expect(pipelineAtStrength(BASE_PIPELINE, 1)).toEqual(BASE_PIPELINE);
  });
});
