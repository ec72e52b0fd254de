"""EfficientNet-Lite0 in Keras, as a peer: the same weights, the same layer names, batch norm as layers (Keras does not fold it)."""
import json
import math
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')
import keras  # noqa: E402
import numpy as np  # noqa: E402

# kernel, repeats, filters, expansion, stride (Tan & Le 2019, table 1; Lite: fixed stem and head, no squeeze-and-excitation, ReLU6)
BLOCKS = [[3, 1, 16, 1, 1], [3, 2, 24, 6, 2], [5, 2, 40, 6, 2], [3, 3, 80, 6, 2], [5, 3, 112, 6, 1], [5, 4, 192, 6, 2], [3, 1, 320, 6, 1]]


def backbone(size):
    """A model from RGB pixels (0 to 255, [n, size, size, 3]) to the outputs of every block and of the top activation."""
    layers = keras.layers
    pixels = keras.Input((size, size, 3))
    x = layers.Rescaling(1 / 128, -127 / 128)(pixels)

    def norm(x, name):
        return layers.BatchNormalization(epsilon=1e-3, name=name)(x)

    def relu6(x):
        return layers.ReLU(6)(x)

    x = relu6(norm(layers.Conv2D(32, 3, 2, 'same', use_bias=False, name='stem_conv')(x), 'stem_bn'))
    taps = []
    for stage, (kernel, repeats, filters, expansion, stride) in enumerate(BLOCKS, 1):
        for index in range(repeats):
            name = f'block{stage}{chr(97 + index)}'
            step, inputs, before = stride if index == 0 else 1, x.shape[-1], x
            if expansion != 1:
                x = relu6(norm(layers.Conv2D(inputs * expansion, 1, 1, 'same', use_bias=False, name=f'{name}_expand_conv')(x), f'{name}_expand_bn'))
            x = relu6(norm(layers.DepthwiseConv2D(kernel, step, 'same', use_bias=False, name=f'{name}_dwconv')(x), f'{name}_bn'))
            x = norm(layers.Conv2D(filters, 1, 1, 'same', use_bias=False, name=f'{name}_project_conv')(x), f'{name}_project_bn')
            if step == 1 and inputs == filters:
                x = layers.Add(name=f'{name}_add')([before, x])
            taps.append(x)
    taps.append(relu6(norm(layers.Conv2D(1280, 1, 1, 'same', use_bias=False, name='top_conv')(x), 'top_bn')))
    return keras.Model(pixels, taps)


def load(model, folder):
    """Fills the layers from weights.json (name, shape, in order) and weights.bin (float32) that the benchmark wrote; every weight must be used."""
    with open(os.path.join(folder, 'weights.json')) as file:
        specs = json.load(file)
    data, at, by_name = np.fromfile(os.path.join(folder, 'weights.bin'), np.float32), 0, {}
    for spec in specs:
        count = math.prod(spec['shape'])
        by_name[spec['name']] = data[at : at + count].reshape(spec['shape'])
        at += count
    assert at == data.size, 'weights.bin and weights.json differ in length'
    for layer in model.layers:
        if layer.weights:
            # The published names are those of tf.layers, which calls this one by its longer name.
            names = {weight.name: 'depthwise_kernel' if layer.name.endswith('_dwconv') else weight.name for weight in layer.weights}
            layer.set_weights([by_name.pop(f'{layer.name}/{names[weight.name]}') for weight in layer.weights])
    return by_name
