"""keras_classify.py WEIGHTS FOLDER SIZE OUT: what a plain script does: image_dataset_from_directory, Keras predict, csv. The same network as the program's quick model (features pooled at every depth, two dense layers; those two have random weights, since only the time matters)."""
import csv
import json
import sys
import time

start = time.perf_counter()
from lite0 import backbone, keras, load, np  # noqa: E402

folder, images, size, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
network = backbone(size)
layers = keras.layers
pooled = []
for tap in network.outputs[:-1]:
    mean = layers.GlobalAveragePooling2D()(tap)
    square = layers.GlobalAveragePooling2D()(layers.Lambda(lambda x: x * x)(tap))
    pooled += [mean, layers.Lambda(lambda pair: keras.ops.sqrt(keras.ops.relu(pair[1] - pair[0] * pair[0]) + 1e-5))([mean, square])]
model = keras.Model(network.inputs, layers.Dense(8, 'softmax', name='classes')(layers.Dense(256, 'relu', name='hidden')(layers.Concatenate()(pooled))))
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
