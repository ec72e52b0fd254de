"""python kerasNetworks.py OUT SIDE STEPS IMAGE...: trains EfficientNetB0, and the small residual network with the reference recipe's kind of head, for some steps, without dropout.

Writes pixels.bin (float32 [n, side, side, 3], 0..255) and for each network <name>-before.h5, <name>-after.h5 and <name>.txt (the loss of each step). Every step takes all
images; image i is of class i % 4. SGD with momentum 0.9 and rate 0.0001.
"""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '2'
import h5py
import keras
import numpy as np
from keras import layers
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group
from PIL import Image

out, side, steps, files = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
pixels = np.stack([np.asarray(Image.open(file).convert('RGB').resize((side, side))) for file in files]).astype(np.float32)
pixels.tofile(f'{out}/pixels.bin')
labels = np.eye(4, dtype=np.float32)[np.arange(len(files)) % 4]


def save(model, name):
    with h5py.File(f'{out}/{name}', 'w') as file:
        save_weights_to_hdf5_group(file, model)


def head(x, dense):
    x = layers.GlobalAveragePooling2D(name='head_pool')(x)
    if dense:
        x = layers.BatchNormalization(name='head_bn')(x)
        x = layers.LeakyReLU(0.05, name='head_1_activation')(layers.Dense(16, name='head_1_dense')(x))
        x = layers.BatchNormalization(name='head_1_bn')(x)
        x = layers.LeakyReLU(0.05, name='head_2_activation')(layers.Dense(8, name='head_2_dense')(x))
    return layers.Dense(4, name='head_output')(x)


def small():
    def normed(x, name, filters, size):
        x = layers.Conv2D(filters, size, padding='same', use_bias=False, name=f'{name}_conv')(x)
        return layers.BatchNormalization(name=f'{name}_bn')(x)

    inputs = layers.Input((side, side, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for index, filters in enumerate([32, 64, 128, 256]):
        name, before = f'block{index + 1}a', x
        x = layers.ReLU()(normed(x, f'{name}_1', filters, 3))
        x = normed(x, f'{name}_2', filters, 3)
        x = layers.Add()([x, normed(before, f'{name}_shortcut', filters, 1)])
        x = layers.MaxPooling2D()(layers.ReLU()(x))
    return keras.Model(inputs, head(x, True))


def b0():
    backbone = keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=(side, side, 3))
    for layer in backbone.layers:
        if isinstance(layer, layers.Dropout):
            layer.rate = 0
    return keras.Model(backbone.inputs, head(backbone.output, False))


for name, make in (('efficientnet-b0', b0), ('small-residual', small)):
    keras.utils.set_random_seed(3)
    keras.backend.clear_session()
    model = make()
    save(model, f'{name}-before.h5')
    model.compile(keras.optimizers.SGD(0.0001, momentum=0.9), keras.losses.CategoricalCrossentropy(from_logits=True), jit_compile=False)
    losses = [float(model.train_on_batch(pixels, labels)) for _ in range(steps)]
    np.savetxt(f'{out}/{name}.txt', losses)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            # Keras 3 lets the biased variance of a batch in, TensorFlow's own batch norm (and Keras 2, tf.layers, PyTorch) the unbiased one. The first was 1.
            count = len(files) * np.prod(layer.input.shape[1:-1])
            kept = layer.momentum**steps
            layer.moving_variance.assign(kept + (layer.moving_variance - kept) * count / (count - 1))
    save(model, f'{name}-after.h5')
