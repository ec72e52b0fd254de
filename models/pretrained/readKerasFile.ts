import { FailureError } from '#shared/domain/failure';
import { areFinite, invalidModel, readModelFile, type Weight, type Weights } from '../files/weightsFile';

/**
 * Reads every float32 weight of a Keras `.h5` file in the legacy format (weights alone, or a whole saved model) by `<layer>/<weight>`; both `stem_conv/kernel:0` (Keras 2) and
 * `stem_conv/kernel` (Keras 3) come as `stem_conv/kernel`. FailureError `model-invalid` names a file that is missing, cut short, damaged or of another format.
 */
export async function readKerasFile(path: string): Promise<Weights> {
  const bytes = await readModelFile(path);
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw invalidModel(path, 'is no Keras .h5 file', HINT);
  // The HDF5 library (4 MB of WebAssembly) is loaded only where a file is read.
  const { ready, File, Group, Dataset } = await import('h5wasm/node');
  // Without this the library prints its errors and goes on with nonsense.
  (await ready).activate_throwing_error_handler();
  const weights = new Map<string, Weight>();
  let entries = 0;
  let declared = 0;
  const collect = (group: InstanceType<typeof Group>, parents: readonly string[]): void => {
    // Links may lead in circles, and a few bytes may declare any size.
    if (parents.length > DEEPEST) throw invalidModel(path, 'has groups within groups without end', HINT);
    for (const key of group.keys()) {
      if (++entries > MOST_ENTRIES) throw invalidModel(path, 'has more entries than any network', HINT);
      const entity = group.get(key);
      if (entity instanceof Dataset) declared += (entity.shape ?? []).reduce((product, side) => product * side, 4);
      if (declared > bytes.length * MOST_COMPRESSED)
        throw invalidModel(path, 'declares more weights than it holds', HINT);
      if (entity instanceof Group) collect(entity, [...parents, key]);
      else if (entity instanceof Dataset) {
        const data = entity.value;
        const layer = parents.at(-1);
        if (layer === undefined || !(data instanceof Float32Array)) continue;
        if (!areFinite(data)) throw invalidModel(path, `has weights in "${key}" of "${layer}" that are no numbers`, HINT);
        weights.set(`${plainName(layer)}/${key.replace(/:\d+$/, '')}`, { shape: entity.shape ?? [], data });
      }
    }
  };
  let file: InstanceType<typeof File> | null = null;
  try {
    file = new File(path, 'r');
    const saved = file.get('model_weights');
    if (file.keys().includes('layers')) throw invalidModel(path, 'is a .weights.h5 file of Keras 3, which names no layers', HINT);
    collect(saved instanceof Group ? saved : file, []);
    return weights;
  } catch (error) {
    if (error instanceof FailureError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw invalidModel(path, detail.includes('truncated') ? 'is cut short' : `is damaged (${detail})`, HINT);
  } finally {
    file?.close();
  }
}

/** What every HDF5 file begins with. */
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** Bounds of what is read: Keras nests three groups, its largest network has some thousand weights, and weights hardly compress. */
const DEEPEST = 8;
const MOST_ENTRIES = 5000;
const MOST_COMPRESSED = 4;

const HINT = 'Download the file again, and choose one whose name ends in "_notop.h5".';

/** Keras numbers the layers that have no name of their own (`normalization_1`) when it makes several networks in one process. */
function plainName(layer: string): string {
  return layer.replace(/^normalization_\d+$/, 'normalization');
}
