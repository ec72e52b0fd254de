import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trains, type Layer } from '#shared/domain/layer';
import type { TrainedLayers } from '#shared/domain/recipe';

const LAYERS: readonly Omit<Layer, 'trainable'>[] = [
  ['pixels', 'InputLayer', 0],
  ['stem_conv', 'Conv2D', 864],
  ['stem_bn', 'BatchNormalization', 128],
  ['block1a_dwconv', 'DepthwiseConv2D', 288],
  ['block1a_bn', 'BatchNormalization', 128],
  ['block2a_project_conv', 'Conv2D', 512],
  ['block2a_drop', 'Dropout', 0],
  ['top_conv', 'Conv2D', 1024],
  ['head_bn', 'BatchNormalization', 128],
  ['head_output', 'Dense', 264],
].map(([name, type, parameters], index) => ({
  index,
  name: String(name),
  type: String(type),
  outputShape: [8, 8, 32],
  parameters: Number(parameters),
}));

function trained(rule: TrainedLayers): string[] {
  return LAYERS.filter((layer) => trains(layer, rule)).map(({ name }) => name);
}

describe('which layers train', () => {
  it('none but the classifier where the backbone is frozen', () => {
    expect(trained({ kind: 'head' })).toEqual(['head_bn', 'head_output']);
  });

  it('all', () => {
    expect(trained({ kind: 'all' })).toHaveLength(LAYERS.length);
  });

  it('those beyond the first N, with the dropout among them', () => {
    expect(trained({ kind: 'beyond', freezeFirst: 4, convolutionsOnly: false })).toEqual([
      'block1a_bn',
      'block2a_project_conv',
      'block2a_drop',
      'top_conv',
      'head_bn',
      'head_output',
    ]);
  });

  it('only convolutions, depthwise ones too, beyond the first N', () => {
    expect(trained({ kind: 'beyond', freezeFirst: 2, convolutionsOnly: true })).toEqual([
      'block1a_dwconv',
      'block2a_project_conv',
      'block2a_drop',
      'top_conv',
      'head_bn',
      'head_output',
    ]);
  });

  it('by block', () => {
    expect(trained({ kind: 'blocks', blocks: ['block2', 'top'] })).toEqual([
      'block2a_project_conv',
      'block2a_drop',
      'top_conv',
      'head_bn',
      'head_output',
    ]);
  });

  it('freezing more layers never makes another one train, and the classifier always trains', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(12), fc.boolean(), (a, b, convolutionsOnly) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)].map((freezeFirst) =>
          trained({ kind: 'beyond', freezeFirst, convolutionsOnly }),
        );
        expect(fewer).toEqual(expect.arrayContaining(more ?? []));
        expect(more).toEqual(expect.arrayContaining(['head_bn', 'head_output']));
      }),
    );
  });
});
