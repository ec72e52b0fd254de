"""keras_inference.py WEIGHTS PIXELS LOGITS SIZE BATCH STEPS: milliseconds an image of Lite0 with the head, by Keras `predict_on_batch` under tf.function. Writes its logits, float32."""
import json
import sys
import time

from lite0 import backbone, keras, load, np

folder, pixels, logits_file, size, batch, steps = *sys.argv[1:4], *map(int, sys.argv[4:7])
network = backbone(size)
top = keras.layers.GlobalAveragePooling2D()(network.outputs[-1])
logits = keras.layers.Dense(1000, name='predictions')(top)
model = keras.Model(network.inputs, keras.layers.Softmax()(logits))
load(model, folder)
images = np.fromfile(pixels, np.uint8).reshape(-1, size, size, 3)[:batch].astype(np.float32)
keras.Model(network.inputs, logits).predict_on_batch(images).astype(np.float32).tofile(logits_file)
for _ in range(3):
    model.predict_on_batch(images)
times = []
for _ in range(steps):
    start = time.perf_counter()
    model.predict_on_batch(images)
    times.append((time.perf_counter() - start) * 1000 / batch)
print(json.dumps({'version': keras.__version__, 'milliseconds': times}))
