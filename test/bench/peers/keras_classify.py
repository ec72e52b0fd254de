"""keras_classify.py WEIGHTS FOLDER SIZE OUT: what a plain script does: image_dataset_from_directory, Keras predict, csv. The same network as the starter (Lite0, its features pooled, one dense layer; the backbone's published weights and a random layer, since only the time matters)."""
import csv
import json
import sys
import time

start = time.perf_counter()
from lite0 import backbone, keras, load, np  # noqa: E402

folder, images, size, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
network = backbone(size)
features = keras.layers.GlobalAveragePooling2D()(network.outputs[-1])
model = keras.Model(network.inputs, keras.layers.Dense(8, 'softmax', name='classes')(features))
load(network, folder)
data = keras.utils.image_dataset_from_directory(images, labels=None, shuffle=False, image_size=(size, size), batch_size=32)
paths = data.file_paths
started = time.perf_counter()
probabilities = model.predict(data, verbose=0)
with open(out, 'w', newline='') as file:
    writer = csv.writer(file)
    for path, row in zip(paths, probabilities):
        writer.writerow([path, int(np.argmax(row)), *map(float, row)])
end = time.perf_counter()
print(json.dumps({'version': keras.__version__, 'images': len(paths), 'seconds': end - start, 'predictSeconds': end - started}))
