"""What Keras trains as a peer, with the base augmentation and the classifier of the reference recipe."""
from lite0 import backbone, keras

layers = keras.layers
CLASSES = 8
# The side that the reference recipe keeps its images at, pixels.
REFERENCE_SIDE = 96


def augmentation(x):
    x = layers.RandomBrightness(0.2)(layers.RandomRotation(0.7)(layers.RandomFlip('horizontal')(x)))
    return layers.RandomZoom(0.3)(layers.RandomTranslation(0.15, 0.15)(x))


def reference_head(x):
    x = layers.BatchNormalization()(layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x)))
    for index, units in enumerate((512, 256, 128)):
        if index:
            x = layers.BatchNormalization()(layers.Dropout(0.1)(x))
        x = layers.LeakyReLU(0.05)(layers.Dense(units)(x))
    return layers.Dense(CLASSES, 'softmax')(x)


def build(network, size, augment):
    """A compiled model from RGB pixels, 0 to 255: b2 (keras.applications) or lite0, random weights, every layer training; or reference (b2 frozen, 96 px resized to `size`, then augmented, its classifier)."""
    reference = network == 'reference'
    pixels = keras.Input((REFERENCE_SIDE if reference else size,) * 2 + (3,))
    x = layers.Resizing(size, size)(pixels) if reference else pixels
    x = augmentation(x) if augment else x
    if network == 'lite0':
        base = backbone(size)
        base = keras.Model(base.inputs, base.outputs[-1])
    else:
        base = keras.applications.EfficientNetB2(weights=None, include_top=False, input_shape=(size, size, 3))
    if reference:
        base.trainable = False
        output = reference_head(base(x, training=False))
    else:
        output = layers.Dense(CLASSES, 'softmax')(layers.GlobalAveragePooling2D()(base(x)))
    model = keras.Model(pixels, output)
    # XLA makes training on a processor slower, so the peer runs without it.
    model.compile(keras.optimizers.Adam(1e-3), 'categorical_crossentropy', metrics=['accuracy'], jit_compile=False)
    return model
