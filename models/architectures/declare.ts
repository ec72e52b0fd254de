import type { NetworkName } from '#shared/domain/recipe';
import { efficientNet } from './efficientNet';
import { efficientNetLite } from './efficientNetLite';
import type { Backbone } from './layerWriter';
import { smallCnn } from './smallCnn';

interface DeclareOptions {
  /** Side of the image, pixels. */
  readonly size: number;
  /** Whether published weights will fill it; then kernels begin as zero. */
  readonly weights: 'published' | 'random';
  readonly seed: number;
}

/** Declares a backbone by its name. */
export function declareBackbone(network: NetworkName, { size, weights, seed }: DeclareOptions): Backbone {
  const initial = weights === 'random' ? seed : null;
  const full = { weights: weights === 'published' ? 'imagenet' : 'own', seed: initial } as const;
  switch (network) {
    case 'efficientnet-lite0':
      return efficientNetLite('lite0', size, initial);
    case 'efficientnet-lite1':
      return efficientNetLite('lite1', size, initial);
    case 'efficientnet-lite2':
      return efficientNetLite('lite2', size, initial);
    case 'efficientnet-b0':
      return efficientNet('b0', size, full);
    case 'efficientnet-b1':
      return efficientNet('b1', size, full);
    case 'efficientnet-b2':
      return efficientNet('b2', size, full);
    case 'small-plain':
      return smallCnn('plain', size, initial);
    case 'small-residual':
      return smallCnn('residual', size, initial);
  }
}
