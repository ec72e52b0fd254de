"""crop_bccd.py BCCD OUT [SCALE]: the white cells of the BCCD data set as a folder a class, for `evaluate`: how a model does in another laboratory.
BCCD holds fields/*.jpg, boxes.csv (field, cell, xmin, ymin, xmax, ymax) and wbc-types.csv (field, wbc_types). Taken are fields with one white cell of one known type, cut out as
a square around the middle of its box, SCALE (1.5) times as long as the box's longer side, as far as the field goes."""
import collections
import csv
import sys
from pathlib import Path

from PIL import Image

folder, out, scale = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 1.5
CLASSES = ('neutrophil', 'eosinophil', 'basophil', 'lymphocyte', 'monocyte')

with open(folder / 'wbc-types.csv') as file:
    types = {row['field']: row['wbc_types'].strip().lower() for row in csv.DictReader(file)}
boxes = collections.defaultdict(list)
with open(folder / 'boxes.csv') as file:
    for row in csv.DictReader(file):
        if row['cell'] == 'WBC':
            boxes[row['field']].append([int(row[side]) for side in ('xmin', 'ymin', 'xmax', 'ymax')])

cells = collections.Counter()
for field, found in boxes.items():
    if len(found) != 1 or types.get(field) not in CLASSES:
        continue
    image = Image.open(folder / 'fields' / field).convert('RGB')
    left, top, right, bottom = found[0]
    reach = max(right - left, bottom - top) * scale / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    place = out / types[field]
    place.mkdir(parents=True, exist_ok=True)
    crop = image.crop([int(side) for side in (max(0, x - reach), max(0, y - reach), min(image.width, x + reach), min(image.height, y + reach))])
    crop.save(place / f'{Path(field).stem}.png')
    cells[types[field]] += 1
print(dict(cells))
