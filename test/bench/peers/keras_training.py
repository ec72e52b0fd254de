"""keras_training.py NETWORK SIZE BATCH STEPS: milliseconds an image of a training step by Keras `train_on_batch` (Adam, cross-entropy, every layer training).
NETWORK: b2 (keras.applications, random weights), lite0, or reference (b2 frozen with the reference recipe's augmentation and head, on pixels of 96 px resized to SIZE)."""
import json
import sys
import time

from lite0 import backbone, keras, np

network, size, batch, steps = sys.argv[1], *map(int, sys.argv[2:5])
layers, classes = keras.layers, 8


def reference_head(x):
    x = layers.BatchNormalization()(layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x)))
    for index, units in enumerate((512, 256, 128)):
        if index:
            x = layers.BatchNormalization()(layers.Dropout(0.1)(x))
        x = layers.LeakyReLU(0.05)(layers.Dense(units)(x))
    return layers.Dense(classes, 'softmax')(x)


def build():
    if network == 'lite0':
        base = backbone(size)
        return keras.Model(base.inputs, layers.Dense(classes, 'softmax')(layers.GlobalAveragePooling2D()(base.outputs[-1])))
    base = keras.applications.EfficientNetB2(weights=None, include_top=False, input_shape=(size, size, 3))
    if network == 'b2':
        return keras.Model(base.inputs, layers.Dense(classes, 'softmax')(layers.GlobalAveragePooling2D()(base.outputs[0])))
    base.trainable = False
    pixels = keras.Input((96, 96, 3))
    x = layers.RandomBrightness(0.2)(layers.RandomRotation(0.7)(layers.RandomFlip('horizontal')(pixels)))
    x = layers.RandomZoom(0.3)(layers.RandomTranslation(0.15, 0.15)(x))
    return keras.Model(pixels, reference_head(base(layers.Resizing(size, size)(x), training=False)))


model = build()
# XLA makes training on a processor slower, so the peer runs without it.
model.compile(keras.optimizers.Adam(1e-3), 'categorical_crossentropy', jit_compile=False)
side = model.input_shape[1]
random = np.random.default_rng(7)
images = random.integers(0, 256, (batch, side, side, 3)).astype(np.float32)
labels = np.eye(classes, dtype=np.float32)[random.integers(0, classes, batch)]
for _ in range(3):
    model.train_on_batch(images, labels)
times = []
for _ in range(steps):
    start = time.perf_counter()
    model.train_on_batch(images, labels)
    times.append((time.perf_counter() - start) * 1000 / batch)
print(json.dumps({'version': keras.__version__, 'milliseconds': times}))
