import { proto, type AttrValueMessage } from '../backend/tensorflow';
import type { Attribute, DataType, Graph, GraphTensor, Operation, Shape } from './graph';

const TYPE_NAMES: Readonly<Record<Exclude<DataType, 'resource'>, string>> = {
  float32: 'DT_FLOAT',
  float64: 'DT_DOUBLE',
  bfloat16: 'DT_BFLOAT16',
  int32: 'DT_INT32',
  int64: 'DT_INT64',
  uint8: 'DT_UINT8',
  bool: 'DT_BOOL',
};

/** DT_RESOURCE of TensorFlow's types.proto, which the package's copy of the protocol leaves out. */
const RESOURCE = 20;

/** GraphDef version of TensorFlow 2.9, the oldest runtime that runs these graphs. */
const PRODUCER = 1087;

/** What a graph takes and gives, by the names that whoever serves it uses. */
export interface Signature {
  readonly inputs: Readonly<Record<string, GraphTensor>>;
  readonly outputs: Readonly<Record<string, GraphTensor>>;
}

/**
 * The bytes of a `saved_model.pb` with the tag `serve`: the graph with its constants; there is no variables folder.
 * With a signature, which becomes `serving_default`, TensorFlow's own programs (Python, TensorFlow Serving) can run it.
 */
export function encodeSavedModel(graph: Graph, signature?: Signature): Uint8Array {
  const definition = new proto.GraphDef();
  for (const operation of graph.operations) definition.addNode(nodeOf(operation));
  const versions = new proto.VersionDef();
  versions.setProducer(PRODUCER);
  definition.setVersions(versions);
  const info = new proto.MetaGraphDef.MetaInfoDef();
  info.addTags('serve');
  const meta = new proto.MetaGraphDef();
  meta.setMetaInfoDef(info);
  meta.setGraphDef(definition);
  if (signature) meta.getSignatureDefMap().set('serving_default', signatureOf(signature));
  const model = new proto.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(meta);
  return model.serializeBinary();
}

function signatureOf({ inputs, outputs }: Signature): InstanceType<typeof proto.SignatureDef> {
  const message = new proto.SignatureDef();
  message.setMethodName('tensorflow/serving/predict');
  for (const [name, tensor] of Object.entries(inputs)) message.getInputsMap().set(name, infoOf(tensor));
  for (const [name, tensor] of Object.entries(outputs)) message.getOutputsMap().set(name, infoOf(tensor));
  return message;
}

function infoOf({ name, dtype, shape }: GraphTensor): InstanceType<typeof proto.TensorInfo> {
  const info = new proto.TensorInfo();
  info.setName(name.includes(':') ? name : `${name}:0`);
  info.setDtype(typeNumber(dtype));
  info.setTensorShape(shapeOf(shape));
  return info;
}

function nodeOf(operation: Operation): InstanceType<typeof proto.NodeDef> {
  const node = new proto.NodeDef();
  node.setName(operation.name);
  node.setOp(operation.kind);
  for (const input of operation.inputs) node.addInput(input.name);
  // A node is waited for as a whole, so that the number of the output is left out.
  for (const control of operation.controls) node.addInput(`^${control.name.replace(/:\d+$/, '')}`);
  const attributes = node.getAttrMap();
  for (const [name, attribute] of Object.entries(operation.attributes)) attributes.set(name, valueOf(attribute));
  return node;
}

function valueOf(attribute: Attribute): AttrValueMessage {
  const value = new proto.AttrValue();
  if ('type' in attribute) value.setType(typeNumber(attribute.type));
  else if ('int' in attribute) value.setI(attribute.int);
  else if ('float' in attribute) value.setF(attribute.float);
  else if ('bool' in attribute) value.setB(attribute.bool);
  else if ('string' in attribute) value.setS(new TextEncoder().encode(attribute.string));
  else if ('shape' in attribute) value.setShape(shapeOf(attribute.shape));
  else if ('ints' in attribute) {
    const list = new proto.AttrValue.ListValue();
    list.setIList([...attribute.ints]);
    value.setList(list);
  } else {
    const { dtype, shape, data } = attribute.tensor;
    const tensor = new proto.Tensor();
    tensor.setDtype(typeNumber(dtype));
    tensor.setTensorShape(shapeOf(shape));
    tensor.setTensorContent(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    value.setTensor(tensor);
  }
  return value;
}

function shapeOf(shape: Shape): InstanceType<typeof proto.TensorShape> {
  const message = new proto.TensorShape();
  for (const side of shape) {
    const dimension = new proto.TensorShape.Dim();
    dimension.setSize(side ?? -1);
    message.addDim(dimension);
  }
  return message;
}

function typeNumber(dtype: DataType): number {
  if (dtype === 'resource') return RESOURCE;
  const number = proto.DataType[TYPE_NAMES[dtype]];
  if (number === undefined) throw new Error(`TensorFlow's protocol has no ${TYPE_NAMES[dtype]}`);
  return number;
}
