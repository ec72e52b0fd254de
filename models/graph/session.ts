import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binding, type TensorData } from '../backend/tensorflow';
import type { Graph, GraphTensor } from './graph';
import { encodeSavedModel } from './savedModel';

/** A value fed to a placeholder: `data` in row-major order, of the placeholder's dtype. */
export interface Feed {
  readonly tensor: GraphTensor;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A TensorFlow session over one graph. Owned by whoever opened it; `close` frees the native memory. */
export class Session {
  #id: number | null;

  private constructor(id: number) {
    this.#id = id;
  }

  /** Loads the graph into TensorFlow (through a folder that is gone again when this returns). */
  static open(graph: Graph): Session {
    const folder = mkdtempSync(join(tmpdir(), 'smearscope-graph-'));
    try {
      writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(graph));
      return new Session(binding.loadSavedModel(folder, 'serve'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Runs the graph in one native call, which blocks this thread while TensorFlow's own threads work.
   * Gives the fetched tensors' values in their order; the arrays are the caller's. Throws after `close`, or what TensorFlow says.
   */
  run(feeds: readonly Feed[], fetches: readonly GraphTensor[]): TensorData[] {
    if (this.#id === null) throw new Error('The session is closed.');
    const inputs: number[] = [];
    try {
      for (const { tensor, shape, data } of feeds)
        inputs.push(binding.createTensor(shape, nativeType(data), checked(tensor, data)));
      const outputs = binding.runSavedModel(
        this.#id,
        inputs,
        feeds.map(({ tensor }) => outputName(tensor)).join(','),
        fetches.map(outputName).join(','),
      );
      try {
        return outputs.map((output) => binding.tensorDataSync(output.id));
      } finally {
        for (const output of outputs) binding.deleteTensor(output.id);
      }
    } finally {
      for (const input of inputs) binding.deleteTensor(input);
    }
  }

  close(): void {
    if (this.#id === null) return;
    binding.deleteSavedModel(this.#id);
    this.#id = null;
  }
}

/** Sessions that are open in this process. */
export function openSessions(): number {
  return binding.getNumOfSavedModels();
}

/** The name with the number of the output, which the native call wants even where it is 0. */
function outputName({ name }: GraphTensor): string {
  return name.includes(':') ? name : `${name}:0`;
}

function nativeType(data: TensorData): number {
  if (data instanceof Float32Array) return binding.TF_FLOAT;
  return data instanceof Int32Array ? binding.TF_INT32 : binding.TF_UINT8;
}

function checked(tensor: GraphTensor, data: TensorData): TensorData {
  const dtype = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'uint8';
  if (dtype !== tensor.dtype) throw new TypeError(`${tensor.name} takes ${tensor.dtype}, not ${dtype}`);
  return data;
}
