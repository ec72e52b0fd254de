"""Records what the published PyTorch model gives on sample images: the reference of test/models/pretrained.test.ts.

    pip install torch==2.13.0 numpy pillow efficientnet_lite_pytorch==0.1.0
    python build/pretrained/recordReference.py CHECKPOINT.pth samples/slide test/fixtures/reference

The images are decoded and resized here, and kept as pixels, so that the test compares networks and not decoders.
"""
import json
import sys

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

SIDE = 96
NAMES = ['IG_847216.jpg', 'SNE_699042.jpg', 'SNE_182336.jpg', 'ERB_861249.jpg']

checkpoint, samples, out = sys.argv[1:]
model = EfficientNet.from_name('efficientnet-lite0')
model.load_state_dict(torch.load(checkpoint, map_location='cpu', weights_only=False))
model.eval()
pixels = []
for name in NAMES:
    image = Image.open(f'{samples}/{name}').convert('RGB')
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    pixels.append(np.asarray(image.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)))
pixels = np.stack(pixels)
with torch.no_grad():
    inputs = torch.from_numpy((pixels.astype(np.float32) - 127) / 128).permute(0, 3, 1, 2)
    logits = model(inputs).numpy()
pixels.tofile(f'{out}/lite0-pixels.bin')
logits.astype('<f4').tofile(f'{out}/lite0-logits.bin')
with open(f'{out}/lite0.json', 'w') as file:
    json.dump({'torch': torch.__version__, 'images': NAMES, 'side': SIDE, 'logits': list(logits.shape)}, file, indent=2)
    file.write('\n')
