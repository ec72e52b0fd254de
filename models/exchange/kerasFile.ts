import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Weight, Weights } from '../files/weightsFile';

/**
 * The bytes of a Keras `.h5` file in the legacy format, weights alone: a group a layer, named after it, so that Keras loads them by name. `weights` by `<layer>/<weight>`.
 */
export async function encodeKerasFile(weights: Weights): Promise<Uint8Array> {
  const { ready, File } = await import('h5wasm/node');
  await ready;
  const layers = new Map<string, [string, Weight][]>();
  for (const [name, weight] of weights) {
    const layer = name.slice(0, name.lastIndexOf('/'));
    layers.set(layer, [...(layers.get(layer) ?? []), [name, weight]]);
  }
  const folder = await mkdtemp(join(tmpdir(), 'smearscope-keras-'));
  try {
    const path = join(folder, 'weights.h5');
    const file = new File(path, 'w');
    try {
      file.create_attribute('layer_names', [...layers.keys()]);
      file.create_attribute('backend', 'tensorflow');
      for (const [layer, entries] of layers) {
        const group = file.create_group(layer);
        const names = entries.map(([name]) => `${name.replaceAll('depthwise_kernel', 'kernel')}:0`);
        group.create_attribute('weight_names', names);
        const inner = group.create_group(layer);
        entries.forEach(([, { data, shape }], index) => {
          const name = (names[index] ?? '').slice(layer.length + 1);
          inner.create_dataset({ name, data, shape: [...shape], dtype: '<f' });
        });
      }
    } finally {
      file.close();
    }
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
