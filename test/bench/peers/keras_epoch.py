"""keras_epoch.py NETWORK SIZE BATCH EPOCHS FOLDER: epochs by Keras `fit` with base augmentation, from the files in FOLDER/training and FOLDER/validation, decoded once and then kept in memory.
NETWORK: as networks.py has them. One line of JSON, as epoch.ts gives it."""
import json
import sys
import time

from lite0 import keras, np
from networks import build
import tensorflow as tf

network, size, batch, epochs, folder = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]


def resident_bytes():
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith('VmRSS'))


class Epochs(keras.callbacks.Callback):
    done, steps, since = [], 0, time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1

    # Keras validates before it calls this.
    def on_epoch_end(self, epoch, logs=None):
        now = time.perf_counter()
        self.done.append({'seconds': now - self.since, 'memoryBytes': resident_bytes(), 'step': self.steps})
        self.since = now


watch = Epochs()
model = build(network, size, augment=True)
side, counts = model.input_shape[1], {}


def images(part):
    data = keras.utils.image_dataset_from_directory(f'{folder}/{part}', label_mode='categorical', image_size=(side, side), batch_size=batch, shuffle=part == 'training', seed=7)
    counts[part] = len(data.file_paths)
    return data.cache().prefetch(tf.data.AUTOTUNE)


model.fit(images('training'), validation_data=images('validation'), epochs=epochs, verbose=0, callbacks=[watch])
# The fixed numbers of EfficientNet's Normalization are no matter of training.
parameters = sum(int(np.prod(weight.shape)) for weight in model.weights if weight.name not in ('mean', 'variance', 'count'))
print(json.dumps({'version': keras.__version__, **counts, 'steps': watch.done[0]['step'], 'parameters': parameters, 'epochs': watch.done}))
