"""keras_training.py NETWORK SIZE BATCH STEPS: milliseconds an image of a training step by Keras `train_on_batch` (Adam, cross-entropy). NETWORK: as networks.py has them; only reference augments."""
import json
import sys
import time

from lite0 import keras, np
from networks import CLASSES, build

network, size, batch, steps = sys.argv[1], *map(int, sys.argv[2:5])
model = build(network, size, augment=network == 'reference')
side = model.input_shape[1]
random = np.random.default_rng(7)
images = random.integers(0, 256, (batch, side, side, 3)).astype(np.float32)
labels = np.eye(CLASSES, dtype=np.float32)[random.integers(0, CLASSES, batch)]
for _ in range(3):
    model.train_on_batch(images, labels)
times = []
for _ in range(steps):
    start = time.perf_counter()
    model.train_on_batch(images, labels)
    times.append((time.perf_counter() - start) * 1000 / batch)
print(json.dumps({'version': keras.__version__, 'milliseconds': times}))
