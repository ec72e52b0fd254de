import { createRequire } from 'node:module';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';

// Node 23 dropped two functions that the package still calls.
const dropped = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
};
for (const [name, value] of Object.entries(dropped)) if (!(name in util)) Object.defineProperty(util, name, { value });
// TensorFlow's own notices (which instructions it uses) are no news to a user; set before the library is loaded.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

const require = createRequire(import.meta.url);

/** tfjs on the native TensorFlow library. This is the one place that imports it. */
export const tf = require('@tensorflow/tfjs-node-gpu') as typeof TensorFlow;

/** A network declared with tf.layers, and one of its layers. */
export type LayersModel = ReturnType<typeof tf.model>;
export type Layer = LayersModel['layers'][number];

/** Arrays that the native library takes and gives. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** What a run of a session gives back: a handle to a native tensor, to be deleted by its owner. */
interface TensorHandle {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The part of the native addon that runs whole graphs. Tensor ids are owned by the caller until deleted. */
export interface NativeBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_UINT8: number;
  createTensor(shape: readonly number[], dtype: number, data: TensorData): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorData;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorHandle[];
  getNumOfSavedModels(): number;
}

const backend = tf.backend() as unknown;

function isNodeBackend(value: unknown): value is { binding: NativeBinding; isUsingGpuDevice: boolean } {
  return typeof value === 'object' && value !== null && 'binding' in value && 'isUsingGpuDevice' in value;
}

if (!isNodeBackend(backend)) throw new Error('The native TensorFlow backend did not load.');

export const binding = backend.binding;
export const usesGpu = backend.isUsingGpuDevice;

/** A message of TensorFlow's protocol buffers, as google-protobuf gives them. */
export interface ProtoMessage {
  serializeBinary(): Uint8Array;
}

interface ProtoMap<T> {
  set(key: string, value: T): unknown;
}

export interface AttrValueMessage extends ProtoMessage {
  setType(value: number): void;
  setI(value: number): void;
  setF(value: number): void;
  setB(value: boolean): void;
  setS(value: Uint8Array): void;
  setShape(value: TensorShapeMessage): void;
  setTensor(value: TensorMessage): void;
  setList(value: ListValueMessage): void;
}
interface ListValueMessage extends ProtoMessage {
  setIList(values: number[]): void;
}
interface TensorShapeMessage extends ProtoMessage {
  addDim(value: ProtoMessage): void;
}
interface DimMessage extends ProtoMessage {
  setSize(value: number): void;
}
interface TensorMessage extends ProtoMessage {
  setDtype(value: number): void;
  setTensorShape(value: TensorShapeMessage): void;
  setTensorContent(value: Uint8Array): void;
}
interface NodeMessage extends ProtoMessage {
  setName(value: string): void;
  setOp(value: string): void;
  addInput(value: string): void;
  getAttrMap(): ProtoMap<AttrValueMessage>;
}
interface GraphMessage extends ProtoMessage {
  addNode(value: NodeMessage): void;
  setVersions(value: ProtoMessage): void;
}
interface MetaInfoMessage extends ProtoMessage {
  addTags(value: string): void;
}
interface MetaGraphMessage extends ProtoMessage {
  setMetaInfoDef(value: MetaInfoMessage): void;
  setGraphDef(value: GraphMessage): void;
  getSignatureDefMap(): ProtoMap<SignatureMessage>;
}
interface SignatureMessage extends ProtoMessage {
  setMethodName(value: string): void;
  getInputsMap(): ProtoMap<TensorInfoMessage>;
  getOutputsMap(): ProtoMap<TensorInfoMessage>;
}
interface TensorInfoMessage extends ProtoMessage {
  setName(value: string): void;
  setDtype(value: number): void;
  setTensorShape(value: TensorShapeMessage): void;
}
interface SavedModelMessage extends ProtoMessage {
  setSavedModelSchemaVersion(value: number): void;
  addMetaGraphs(value: MetaGraphMessage): void;
}
interface VersionMessage extends ProtoMessage {
  setProducer(value: number): void;
}

/** The protocol-buffer classes that ship with the package (google-protobuf has no types of its own). */
export const proto = require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as {
  readonly AttrValue: (new () => AttrValueMessage) & { readonly ListValue: new () => ListValueMessage };
  readonly TensorShape: (new () => TensorShapeMessage) & { readonly Dim: new () => DimMessage };
  readonly Tensor: new () => TensorMessage;
  readonly NodeDef: new () => NodeMessage;
  readonly GraphDef: new () => GraphMessage;
  readonly VersionDef: new () => VersionMessage;
  readonly MetaGraphDef: (new () => MetaGraphMessage) & { readonly MetaInfoDef: new () => MetaInfoMessage };
  readonly SignatureDef: new () => SignatureMessage;
  readonly TensorInfo: new () => TensorInfoMessage;
  readonly SavedModel: new () => SavedModelMessage;
  readonly DataType: Readonly<Record<string, number>>;
};
