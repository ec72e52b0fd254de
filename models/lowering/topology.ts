import type { Layer, LayersModel } from '../backend/tensorflow';

/** The layers that a layer takes its inputs from, in their order. */
export function inboundLayers(layer: Layer): readonly Layer[] {
  const node = layer.inboundNodes[0];
  return node ? node.inboundLayers : [];
}

/** The layers of a model that take a layer's output, by its name. */
export function followersOf(model: LayersModel): ReadonlyMap<string, readonly Layer[]> {
  const followers = new Map<string, Layer[]>();
  for (const layer of model.layers) {
    for (const before of inboundLayers(layer)) {
      followers.set(before.name, [...(followers.get(before.name) ?? []), layer]);
    }
  }
  return followers;
}
