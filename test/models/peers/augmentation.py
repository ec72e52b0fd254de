"""What Keras, TensorFlow, Pillow and SciPy make of images with the same random draws: argv is a folder with request.json and, for each case, <name>.bin (float32)."""
import json
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image, ImageEnhance, ImageOps
from scipy import ndimage

folder = Path(sys.argv[1])
request = json.loads((folder / 'request.json').read_text())
count, side = request['count'], request['side']
pixels = np.fromfile(folder / 'pixels.bin', np.float32).reshape(count, side, side, 3)
draws = {name: [np.array(each, np.float32) for each in case] for name, case in request['draws'].items()}
options = request['options']


class Fixed:
    """Stands in for the random numbers of a Keras layer: gives the draws, in [0, 1), at the range that it asks for."""

    def __init__(self, queue):
        self.queue = list(queue)

    def __call__(self, shape, minval=0.0, maxval=1.0, **_):
        unit = self.queue.pop(0)
        return tf.constant((minval + unit * (maxval - minval)).reshape([count] + [1] * (len(shape) - 1)), tf.float32)


def by_keras(layer, images, queue):
    layer.backend.random.uniform = Fixed(queue)
    data = layer.get_random_transformation(images, training=True)
    return np.asarray(layer.transform_images(tf.constant(images), data, training=True))


def either_way(unit, reach):
    return (2 * unit - 1) * reach


def by_pillow(operate):
    images = [operate(Image.fromarray(each.astype(np.uint8)), index) for index, each in enumerate(pixels)]
    return np.stack([np.asarray(each, np.float32) for each in images])


def moved(source):
    """source(index, x, y) -> where the result's pixel comes from."""
    y, x = np.mgrid[:side, :side].astype(np.float64)
    result = np.empty_like(pixels)
    for index, image in enumerate(pixels):
        from_x, from_y = source(index, x, y)
        for channel in range(3):
            result[index, ..., channel] = ndimage.map_coordinates(image[..., channel].astype(np.float64), [from_y, from_x], order=1, mode='reflect')
    return result


def sheared(index, x, y):
    c = (side - 1) / 2
    by_x, by_y = (either_way(draws['shear'][each][index], options['shear'][key]) for each, key in ((0, 'x'), (1, 'y')))
    return x + by_x * (y - c), y + by_y * (x - c)


def cropped(index, x, y):
    area, ratio, left, top = (float(each[index]) for each in draws['crop-and-resize'])
    kept = 1 - area * options['crop-and-resize']['amount']
    stretch = np.exp(either_way(ratio, options['crop-and-resize']['stretch']))
    width, height = min(1, np.sqrt(kept * stretch)), min(1, np.sqrt(kept / stretch))
    # The part's own corner in the image, and the middles of the result's pixels laid over it.
    return left * (1 - width) * side + (x + 0.5) * width - 0.5, top * (1 - height) * side + (y + 0.5) * height - 0.5


def contrasted(images, name):
    return np.stack([np.asarray(tf.image.adjust_contrast(image, 1 + either_way(unit, options[name]['amount']))) for image, unit in zip(images, draws[name][0])])


def hue_turned():
    yiq = np.asarray(tf.image.rgb_to_yiq(pixels.astype(np.float64)))
    angle = 2 * np.pi * either_way(draws['hue'][0].astype(np.float64), options['hue']['amount'])[:, None, None]
    i, q = yiq[..., 1], yiq[..., 2]
    turned = np.stack([yiq[..., 0], i * np.cos(angle) + q * np.sin(angle), q * np.cos(angle) - i * np.sin(angle)], -1)
    return np.asarray(tf.image.yiq_to_rgb(turned))


def hue_in_hsv():
    return np.stack([255 * np.asarray(tf.image.adjust_hue(image / 255, float(either_way(unit, options['hue']['amount'])))) for image, unit in zip(pixels, draws['hue'][0])])


def stained():
    chosen = options['stain-jitter']
    white = np.array(chosen['staining']['white']) + 1
    first, second = (np.array(each) for each in chosen['staining']['stains'])
    third = np.cross(first, second)
    basis = np.stack([first, second, third / np.linalg.norm(third)])
    amounts = np.linalg.solve(basis.T, -np.log((pixels + 1) / white).reshape(-1, 3).T).T.reshape(count, side, side, 3)
    for stain in range(2):
        factor = 1 + either_way(draws['stain-jitter'][stain], chosen['amount'])
        amounts[..., stain] = amounts[..., stain] * factor[:, None, None] + either_way(draws['stain-jitter'][2 + stain], chosen['shift'])[:, None, None]
    return white * np.exp(-(amounts @ basis)) - 1


def hidden():
    half = options['cut-out']['size'] * side / 2
    result = pixels.copy()
    middle = np.arange(side) + 0.5
    for index, image in enumerate(pixels):
        row, column = (np.abs(middle - each[index] * side) < half for each in draws['cut-out'])
        result[index][np.ix_(row, column)] = image.mean((0, 1))
    return result


def base_in_sequence():
    """The base pipeline as Keras layers one after the other, on what the images are and on ones, where what comes from beyond the border is 0."""
    layers = lambda fill: [
        keras.layers.RandomFlip('horizontal'),
        keras.layers.RandomRotation(0.7, fill_mode=fill),
        keras.layers.RandomBrightness(0.2, value_range=(0, 255)),
        keras.layers.RandomTranslation(0.15, 0.15, fill_mode=fill),
        keras.layers.RandomZoom(0.3, fill_mode=fill),
    ]
    images = np.fromfile(folder / 'smooth.bin', np.float32).reshape(pixels.shape)
    inside = np.ones_like(images)
    own = iter(draws['base'])
    for reflecting, emptying, needed in zip(layers('reflect'), layers('constant'), (1, 1, 1, 2, 1)):
        queue = [next(own) for _ in range(needed)]
        images = by_keras(reflecting, images, queue)
        if not isinstance(emptying, keras.layers.RandomBrightness):
            inside = by_keras(emptying, inside, queue)
    return np.concatenate([images, (inside > 0.999).astype(np.float32)])


unit = lambda name, index=0: draws[name][index]
results = {
    'flip': lambda: by_keras(keras.layers.RandomFlip('horizontal'), pixels, draws['flip']),
    'rotation': lambda: by_keras(keras.layers.RandomRotation(0.7), pixels, draws['rotation']),
    'quarter-turn': lambda: np.stack([np.rot90(image, int(4 * each + 1)) for image, each in zip(pixels, unit('quarter-turn'))]),
    'translation': lambda: by_keras(keras.layers.RandomTranslation(0.15, 0.15), pixels, draws['translation']),
    'zoom': lambda: by_keras(keras.layers.RandomZoom(0.3), pixels, draws['zoom']),
    'zoom-stretch': lambda: by_keras(keras.layers.RandomZoom(0.3, 0.3), pixels, draws['zoom-stretch']),
    'brightness': lambda: by_keras(keras.layers.RandomBrightness(0.2, value_range=(0, 255)), pixels, draws['brightness']),
    'base': base_in_sequence,
    'shear': lambda: moved(sheared),
    'crop-and-resize': lambda: moved(cropped),
    'channel-shift': lambda: pixels + np.stack([255 * either_way(each, options['channel-shift']['amount']) for each in draws['channel-shift']], -1)[:, None, None],
    'contrast': lambda: contrasted(pixels, 'contrast'),
    'hue': hue_turned,
    'hue-hsv': hue_in_hsv,
    'saturation': lambda: by_pillow(lambda image, index: ImageEnhance.Color(image).enhance(1 + either_way(unit('saturation')[index], options['saturation']['amount']))),
    'colour-degeneration': lambda: by_pillow(lambda image, index: ImageEnhance.Color(image).enhance(1 - unit('colour-degeneration')[index] * options['colour-degeneration']['amount'])),
    'grayscale': lambda: by_pillow(lambda image, _: image.convert('L').convert('RGB')),
    'sharpness': lambda: by_pillow(lambda image, index: ImageEnhance.Sharpness(image).enhance(1 + either_way(unit('sharpness')[index], options['sharpness']['amount']))),
    'blur': lambda: np.stack([ndimage.gaussian_filter(image.astype(np.float64), [each * options['blur']['sigma'] * side] * 2 + [0], mode='reflect', truncate=8) for image, each in zip(pixels, unit('blur'))]),
    'equalise': lambda: by_pillow(lambda image, _: ImageOps.equalize(image)),
    'auto-contrast': lambda: by_pillow(lambda image, _: ImageOps.autocontrast(image)),
    'posterise': lambda: by_pillow(lambda image, index: ImageOps.posterize(image, 8 - int(unit('posterise')[index] * (options['posterise']['bits'] + 1)))),
    'solarise': lambda: by_pillow(lambda image, index: ImageOps.solarize(image, int(np.ceil(256 - unit('solarise')[index] * 256 * options['solarise']['depth'])))),
    'cut-out': hidden,
    'stain-jitter': stained,
}
for name, compute in results.items():
    np.asarray(compute(), np.float32).tofile(folder / f'{name}.bin')


def macenko(image):
    levels = image.reshape(-1, 3).astype(np.float64)
    white = np.maximum(1, np.quantile(levels, 0.9, axis=0, method='inverted_cdf'))
    density = np.log((white + 1) / (levels + 1))
    density = density[np.linalg.norm(density, axis=1) >= 0.3]
    _, axes = np.linalg.eigh(np.cov(density.T))
    plane = axes[:, [2, 1]]
    plane[:, 0] *= np.sign(plane[:, 0].sum())
    angle = np.arctan2(density @ plane[:, 1], density @ plane[:, 0])
    ends = [plane @ [np.cos(each), np.sin(each)] for each in np.percentile(angle, [1, 99])]
    return white, sorted((each / np.linalg.norm(each) for each in ends), key=lambda stain: -stain[0])


estimates = [macenko(image) for image in pixels]
normal = lambda vector: (vector / np.linalg.norm(vector)).tolist()
staining = {
    'white': np.median([white for white, _ in estimates], 0).tolist(),
    'stains': [normal(np.median([stains[each] for _, stains in estimates], 0)) for each in range(2)],
}
(folder / 'staining.json').write_text(json.dumps(staining))
