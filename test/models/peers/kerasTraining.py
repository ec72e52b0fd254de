"""kerasTraining.py: reads {side, classes, steps, weights, l2, smoothing, clip, rate} from stdin and prints the losses and weights of as many steps of Keras' own training."""
import json, sys
import numpy as np
import keras
from keras import layers, losses, optimizers, regularizers

given = json.load(sys.stdin)
penalty = regularizers.L2(given['l2'])
image = keras.Input((given['side'], given['side'], 3))
x = layers.Conv2D(8, 3, padding='same', use_bias=False, kernel_regularizer=penalty, name='conv')(image)
x = layers.ReLU()(layers.BatchNormalization(name='conv_bn')(x))
x = layers.MaxPooling2D(2)(x)
x = layers.DepthwiseConv2D(3, padding='same', use_bias=False, depthwise_regularizer=penalty, name='depthwise')(x)
x = layers.Activation('swish')(layers.BatchNormalization(name='depthwise_bn')(x))
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(image, layers.Dense(given['classes'], kernel_regularizer=penalty, name='output')(x))
for layer in model.layers:
    if layer.weights:
        shapes = [weight.shape for weight in layer.weights]
        names = [f"{layer.name}/{'depthwise_kernel' if layer.name == 'depthwise' else weight.name}" for weight in layer.weights]
        layer.set_weights([np.array(given['weights'][name], 'float32').reshape(shape) for name, shape in zip(names, shapes)])
model.compile(
    optimizers.Adam(given['rate'], global_clipnorm=given['clip']),
    losses.CategoricalCrossentropy(from_logits=True, label_smoothing=given['smoothing']),
)
results = []
for step in given['steps']:
    pixels = np.array(step['pixels'], 'float32').reshape(-1, given['side'], given['side'], 3)
    labels = np.array(step['labels'], 'float32').reshape(len(pixels), -1)
    results.append(float(model.train_on_batch(pixels, labels, sample_weight=np.array(step['weights'], 'float32'))))
weights = {f'{layer.name}/{weight.name}': weight.numpy().ravel().tolist() for layer in model.layers for weight in layer.weights}
print(json.dumps({'losses': results, 'weights': weights}))
