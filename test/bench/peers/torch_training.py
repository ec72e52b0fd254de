"""torch_training.py SIZE BATCH STEPS PRECISION: milliseconds an image of a training step of Lite0 by PyTorch (Adam, cross-entropy, every layer training). PRECISION: float32, or bfloat16 for autocast."""
import json
import sys
import time

import torch
from efficientnet_lite_pytorch import EfficientNet

size, batch, steps = map(int, sys.argv[1:4])
precision = sys.argv[4]
torch.manual_seed(7)
model = EfficientNet.from_name('efficientnet-lite0')
model._fc = torch.nn.Linear(model._fc.in_features, 8)
model = model.to(memory_format=torch.channels_last)
model.train()
optimiser = torch.optim.Adam(model.parameters(), 1e-3)
images = torch.randn(batch, 3, size, size).contiguous(memory_format=torch.channels_last)
labels = torch.randint(0, 8, (batch,))


def step():
    optimiser.zero_grad(set_to_none=True)
    with torch.autocast('cpu', torch.bfloat16, enabled=precision == 'bfloat16'):
        loss = torch.nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()


for _ in range(3):
    step()
times = []
for _ in range(steps):
    start = time.perf_counter()
    step()
    times.append((time.perf_counter() - start) * 1000 / batch)
print(json.dumps({'version': torch.__version__, 'milliseconds': times}))
