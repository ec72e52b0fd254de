import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { DeviceReport } from '#shared/domain/device';
import { cardsInUse, describeCards, nvidiaCards, reasonNotGpu } from './nvidia';
import { binding, usesGpu } from './tensorflow';

/** What runs the numbers here, and why it is not the GPU where it is not. */
export function deviceReport(): DeviceReport {
  const card = usesGpu ? describeCards(cardsInUse(nvidiaCards(), process.env)) : null;
  const processor = cpus()[0]?.model.trim() ?? process.arch;
  return {
    version: binding.TF_Version,
    kind: usesGpu ? 'gpu' : 'cpu',
    name: card?.name ?? processor,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    gpuMemoryBytes: card?.memoryBytes ?? null,
    reasonNotGpu: usesGpu ? null : reasonNotGpu(process.platform, Boolean(process.env.SMEARSCOPE_GPU_LIBRARIES)),
    bfloat16: hasBfloat16(),
  };
}

/** Whether what runs the numbers here is a processor with instructions for bfloat16, whether or not they are fast. Only Linux tells. */
export function hasBfloat16(): boolean {
  return !usesGpu && /\b(avx512_bf16|amx_bf16)\b/.test(readIfThere('/proc/cpuinfo'));
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
