import { z } from 'zod';
import type { Layer, LayersModel } from '../backend/tensorflow';
import { isAffine } from './affine';
import { convolutionConfig, isConvolution } from './convolution';
import { followersOf, inboundLayers } from './topology';

/** Layers that become one piece of graph; each of them counts as having the piece's output. */
export type Unit =
  | {
      readonly kind: 'convolution';
      readonly layers: readonly [Layer, ...Layer[]];
      readonly convolution: Layer;
      /** Whether zeros around the image, which a layer of their own adds, are what TensorFlow's SAME adds. */
      readonly padded: boolean;
      /** The frozen batch norm that follows. */
      readonly norm: Layer | null;
    }
  | { readonly kind: 'affine'; readonly layers: readonly [Layer, ...Layer[]] }
  | { readonly kind: 'single'; readonly layers: readonly [Layer] };

const paddingConfig = z.object({ padding: z.array(z.array(z.int()).length(2)).length(2) });

/**
 * Cuts a model into units, in an order in which they can be added: a convolution takes the zero padding before it and the frozen batch norm behind it, scales and offsets
 * that follow each other become one. `trains` says which layers do; their own arithmetic stays as it is.
 */
export function unitsOf(model: LayersModel, trains: (layer: Layer) => boolean): readonly Unit[] {
  const followers = followersOf(model);
  const taken = new Set<Layer>();
  /** The layer that alone takes this one's output, and takes nothing else. */
  const next = (layer: Layer): Layer | null => {
    const [first, ...others] = followers.get(layer.name) ?? [];
    return first && others.length === 0 && inboundLayers(first).length === 1 ? first : null;
  };
  const frozenAffine = (layer: Layer): boolean =>
    isAffine(layer) && !(layer.getClassName() === 'BatchNormalization' && trains(layer));
  const frozenNorm = (layer: Layer): Layer | null => {
    const norm = next(layer);
    const linear = convolutionConfig(layer).activation === 'linear';
    return linear && norm?.getClassName() === 'BatchNormalization' && !trains(norm) ? norm : null;
  };
  const convolutionUnit = (padding: Layer | null, convolution: Layer): Unit => {
    const norm = frozenNorm(convolution);
    const before = padding ? ([padding, convolution] as const) : ([convolution] as const);
    const layers = norm ? ([...before, norm] as const) : before;
    return { kind: 'convolution', layers, convolution, padded: padding !== null, norm };
  };
  const unit = (layer: Layer): Unit => {
    const follower = next(layer);
    if (isConvolution(layer)) return convolutionUnit(null, layer);
    if (follower && isConvolution(follower) && padsAsSame(layer, follower)) return convolutionUnit(layer, follower);
    if (!frozenAffine(layer)) return { kind: 'single', layers: [layer] };
    const chain: [Layer, ...Layer[]] = [layer];
    for (let each = follower; each && frozenAffine(each); each = next(each)) chain.push(each);
    return { kind: 'affine', layers: chain };
  };
  const units: Unit[] = [];
  for (const layer of model.layers) {
    if (taken.has(layer)) continue;
    const made = unit(layer);
    for (const each of made.layers) taken.add(each);
    units.push(made);
  }
  return units;
}

/** Whether zero padding and a convolution without any do what SAME does alone (which spares a copy of the image). */
function padsAsSame(layer: Layer, convolution: Layer): boolean {
  if (layer.getClassName() !== 'ZeroPadding2D') return false;
  const { padding } = paddingConfig.parse(layer.getConfig());
  const { stride, kernel, padding: inner } = convolutionConfig(convolution);
  const shape = inboundLayers(layer)[0]?.outputShape;
  return (
    inner === 'VALID' &&
    [0, 1].every((axis) => {
      const side = shape?.[axis + 1];
      if (typeof side !== 'number') return false;
      const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel - side);
      const before = Math.floor(total / 2);
      return padding[axis]?.[0] === before && padding[axis][1] === total - before;
    })
  );
}
