"""onnx_inference.py WEIGHTS PIXELS LOGITS SIZE BATCH STEPS: milliseconds an image of Lite0 with the head by onnxruntime, the ONNX graph written from the same weights (batch norm folded by onnxruntime itself). Writes its logits, float32."""
import json
import math
import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from lite0 import BLOCKS

folder, pixels, logits_file, size, batch, steps = *sys.argv[1:4], *map(int, sys.argv[4:7])
data, at, weights = np.fromfile(f'{folder}/weights.bin', np.float32), 0, {}
for spec in json.load(open(f'{folder}/weights.json')):
    count = math.prod(spec['shape'])
    weights[spec['name']] = data[at : at + count].reshape(spec['shape'])
    at += count
nodes, constants = [], []


def constant(name, value):
    constants.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
    return name


def node(kind, inputs, name, **attributes):
    nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
    return name


def conv(x, name, stride, kernel, group, weight):
    return node('Conv', [x, constant(f'{name}/w', weight)], name, strides=[stride, stride], kernel_shape=[kernel, kernel], group=group, auto_pad='SAME_UPPER')


def norm(x, name, activate=True):
    y = node('BatchNormalization', [x] + [constant(f'{name}/{part}', weights[f'{name}/{part}']) for part in ('gamma', 'beta', 'moving_mean', 'moving_variance')], name, epsilon=1e-3)
    return node('Clip', [y, 'zero', 'six'], f'{name}/relu6') if activate else y


constant('zero', np.float32(0)), constant('six', np.float32(6)), constant('mean', np.float32(127)), constant('scale', np.float32(128))
x = node('Div', [node('Sub', ['pixels', 'mean'], 'centred'), 'scale'], 'scaled')
x = norm(conv(x, 'stem_conv', 2, 3, 1, weights['stem_conv/kernel'].transpose(3, 2, 0, 1)), 'stem_bn')
inputs = 32
for stage, (kernel, repeats, filters, expansion, stride) in enumerate(BLOCKS, 1):
    for index in range(repeats):
        name, step, before = f'block{stage}{chr(97 + index)}', stride if index == 0 else 1, x
        if expansion != 1:
            x = norm(conv(x, f'{name}_expand_conv', 1, 1, 1, weights[f'{name}_expand_conv/kernel'].transpose(3, 2, 0, 1)), f'{name}_expand_bn')
        depthwise = weights[f'{name}_dwconv/depthwise_kernel']
        x = norm(conv(x, f'{name}_dwconv', step, kernel, inputs * expansion, depthwise.transpose(2, 3, 0, 1)), f'{name}_bn')
        x = norm(conv(x, f'{name}_project_conv', 1, 1, 1, weights[f'{name}_project_conv/kernel'].transpose(3, 2, 0, 1)), f'{name}_project_bn', activate=False)
        if step == 1 and inputs == filters:
            x = node('Add', [before, x], f'{name}_add')
        inputs = filters
x = norm(conv(x, 'top_conv', 1, 1, 1, weights['top_conv/kernel'].transpose(3, 2, 0, 1)), 'top_bn')
x = node('Flatten', [node('GlobalAveragePool', [x], 'pooled')], 'features')
x = node('Gemm', [x, constant('head/w', weights['predictions/kernel']), constant('head/b', weights['predictions/bias'])], 'logits')
node('Softmax', [x], 'probabilities', axis=-1)
graph = helper.make_graph(
    nodes,
    'lite0',
    [helper.make_tensor_value_info('pixels', TensorProto.FLOAT, ['n', 3, size, size])],
    [helper.make_tensor_value_info(name, TensorProto.FLOAT, ['n', 1000]) for name in ('probabilities', 'logits')],
    constants,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9)
onnx.checker.check_model(model)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=['CPUExecutionProvider'])
images = np.fromfile(pixels, np.uint8).reshape(-1, size, size, 3)[:batch].transpose(0, 3, 1, 2).astype(np.float32)
session.run(['logits'], {'pixels': images})[0].tofile(logits_file)
for _ in range(3):
    session.run(['probabilities'], {'pixels': images})
times = []
for _ in range(steps):
    start = time.perf_counter()
    session.run(['probabilities'], {'pixels': images})
    times.append((time.perf_counter() - start) * 1000 / batch)
print(json.dumps({'version': onnxruntime.__version__, 'milliseconds': times}))
