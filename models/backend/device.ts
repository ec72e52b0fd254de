import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { DeviceReport } from '#shared/domain/device';
import { binding, usesGpu } from './tensorflow';

/** What runs the numbers here, and why it is not the GPU where it is not. */
export function deviceReport(): DeviceReport {
  const gpu = usesGpu ? nvidiaCard() : null;
  return {
    version: binding.TF_Version,
    kind: usesGpu ? 'gpu' : 'cpu',
    name: gpu ?? cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    gpuMemoryBytes: null,
    reasonNotGpu: usesGpu ? null : reasonNotGpu(),
    bfloat16: /\b(avx512_bf16|amx_bf16)\b/.test(readIfThere('/proc/cpuinfo')),
  };
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

/** The first card's own name, from the driver. */
function nvidiaCard(): string {
  const folder = '/proc/driver/nvidia/gpus';
  const first = existsSync(folder) ? readdirSync(folder)[0] : undefined;
  const model = first === undefined ? null : /^Model:\s*(.+)$/m.exec(readIfThere(`${folder}/${first}/information`));
  return model?.[1] ?? 'NVIDIA GPU';
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
