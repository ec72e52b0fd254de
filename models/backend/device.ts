import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { DeviceReport } from '#shared/domain/device';
import { nvidiaCards } from './nvidia';
import { binding, usesGpu } from './tensorflow';

/** What runs the numbers here, and why it is not the GPU where it is not. */
export function deviceReport(): DeviceReport {
  const card = usesGpu ? nvidiaCards()[0] : undefined;
  const processor = cpus()[0]?.model.trim() ?? process.arch;
  return {
    version: binding.TF_Version,
    kind: usesGpu ? 'gpu' : 'cpu',
    name: usesGpu ? (card?.name ?? 'NVIDIA GPU') : processor,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    gpuMemoryBytes: card?.memoryBytes ?? null,
    reasonNotGpu: usesGpu ? null : reasonNotGpu(),
    bfloat16: hasBfloat16(),
  };
}

/** Whether what runs the numbers here is a processor with instructions for bfloat16, whether or not they are fast. Only Linux tells. */
export function hasBfloat16(): boolean {
  return !usesGpu && /\b(avx512_bf16|amx_bf16)\b/.test(readIfThere('/proc/cpuinfo'));
}

function reasonNotGpu(): string {
  if (process.platform === 'darwin') return 'TensorFlow has no GPU build for macOS.';
  const driver =
    process.platform === 'win32'
      ? existsSync('C:\\Windows\\System32\\nvidia-smi.exe')
      : existsSync('/proc/driver/nvidia/version');
  if (!driver) {
    return 'No NVIDIA driver was found. If the machine has an NVIDIA card, install its driver and restart.';
  }
  if (process.platform === 'linux' && !process.env.SMEARSCOPE_GPU_LIBRARIES) {
    return 'An NVIDIA driver is here, but the CPU build of TensorFlow is installed. Run "npm run setup -- --gpu".';
  }
  return 'TensorFlow found no usable NVIDIA card: the driver may be too old for CUDA 12, or the card busy. The log has TensorFlow’s own words.';
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
