"""python kerasEfficientNet.py OUT SIDE IMAGE...: EfficientNetB0 to B2 of Keras with random weights, and what Keras makes of real cells with them.

Writes pixels.bin (float32 [n, side, side, 3], 0..255) and for each variant: <variant>.h5 (the format of the published weights), <variant>.txt (its layers),
<variant>-inference.bin and <variant>-training.bin (the top activation) and <variant>-moved.h5 (after one pass in training mode).
"""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '2'
import h5py
import keras
import numpy as np
from keras.src.applications import efficientnet
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group
from PIL import Image

out, side, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
random = np.random.default_rng(5)
pixels = np.stack([np.asarray(Image.open(file).convert('RGB').resize((side, side))) for file in files]).astype(np.float32)
pixels.tofile(f'{out}/pixels.bin')


def save(model, name):
    with h5py.File(f'{out}/{name}', 'w') as file:
        save_weights_to_hdf5_group(file, model)


def norms_of(model):
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


def shuffle(model):
    """Every weight far from its beginning, with statistics that are near those of the images: else rounding errors grow without bound over the blocks."""
    normalization = model.get_layer('normalization')
    normalization.set_weights([np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]), np.array(0)])
    normalization.finalize_state()
    for layer in model.layers:
        if '_se_' in layer.name and layer.weights:
            layer.bias.assign(random.normal(0, 0.3, layer.bias.shape))
    for layer in norms_of(model):
        layer.gamma.assign(random.uniform(0.6, 1.4, layer.gamma.shape))
        layer.beta.assign(random.normal(0, 0.2, layer.beta.shape))
        layer.momentum = 0
    model(pixels, training=True)
    for layer in norms_of(model):
        deviation = np.sqrt(layer.moving_variance)
        layer.moving_mean.assign(layer.moving_mean + deviation * random.normal(0, 0.1, deviation.shape))
        layer.moving_variance.assign(layer.moving_variance * random.uniform(0.8, 1.3, deviation.shape))
        layer.momentum = 0.99


for variant, make in (('b0', keras.applications.EfficientNetB0), ('b1', keras.applications.EfficientNetB1), ('b2', keras.applications.EfficientNetB2)):
    keras.utils.set_random_seed(5)
    keras.backend.clear_session()
    save(make(include_top=False, weights=None, input_shape=(side, side, 3)), f'{variant}.h5')
    # The network as Keras builds it around its published weights, with this file in their place.
    efficientnet.file_utils.get_file = lambda *_, **__: f'{out}/{variant}.h5'
    keras.backend.clear_session()
    model = make(include_top=False, weights='imagenet', input_shape=(side, side, 3))
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0
    shuffle(model)
    save(model, f'{variant}.h5')
    with open(f'{out}/{variant}.txt', 'w') as file:
        file.writelines(f'{layer.name}\n' for layer in model.layers)
    np.asarray(model(pixels, training=False)).tofile(f'{out}/{variant}-inference.bin')
    before = [np.asarray(layer.moving_variance) for layer in norms_of(model)]
    np.asarray(model(pixels, training=True)).tofile(f'{out}/{variant}-training.bin')
    for layer, old in zip(norms_of(model), before):
        # Keras 3 lets the biased variance of the batch in, TensorFlow's own batch norm (and Keras 2, tf.layers, PyTorch) the unbiased one.
        count = len(pixels) * np.prod(layer.input.shape[1:3])
        kept = layer.momentum * old
        layer.moving_variance.assign(kept + (layer.moving_variance - kept) * count / (count - 1))
    save(model, f'{variant}-moved.h5')
