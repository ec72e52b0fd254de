"""keras_inference.py WEIGHTS PIXELS SIZE BATCH STEPS: milliseconds an image of Lite0 with the head, by Keras `predict_on_batch` under tf.function."""
import json
import sys
import time

from lite0 import backbone, keras, load, np

folder, pixels, size, batch, steps = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
network = backbone(size)
top = keras.layers.GlobalAveragePooling2D()(network.outputs[-1])
model = keras.Model(network.inputs, keras.layers.Dense(1000, 'softmax', name='predictions')(top))
load(model, folder)
images = np.fromfile(pixels, np.uint8).reshape(-1, size, size, 3)[:batch].astype(np.float32)
for _ in range(3):
    probabilities = model.predict_on_batch(images)
times = []
for _ in range(steps):
    start = time.perf_counter()
    probabilities = model.predict_on_batch(images)
    times.append((time.perf_counter() - start) * 1000 / batch)
print(json.dumps({'version': keras.__version__, 'milliseconds': times, 'first': probabilities[0, :5].tolist()}))
