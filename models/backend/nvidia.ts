import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface NvidiaCard {
  /** The driver's own number of it, in the order of the slots. */
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  /** Null where the driver does not say, as on cards that share the machine's memory. */
  readonly memoryBytes: number | null;
}

/** Where the driver of Windows shows itself inside WSL2. */
export const WSL_PROGRAM = '/usr/lib/wsl/lib/nvidia-smi';

const QUERY = ['--query-gpu=index,uuid,name,memory.total', '--format=csv,noheader,nounits'];

/** The machine's NVIDIA cards as the driver's own program lists them; none where it is not there or does not answer. */
export function nvidiaCards(programs = ['nvidia-smi', WSL_PROGRAM]): NvidiaCard[] {
  for (const program of programs) {
    try {
      return parseCards(
        execFileSync(program, QUERY, { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] }),
      );
    } catch {
      // The next one may be there.
    }
  }
  return [];
}

/** The lines that `nvidia-smi` answers, `<index>, <uuid>, <name>, <MiB>` each, where a figure it does not have stands as `[N/A]` or `[Not Supported]`. */
export function parseCards(lines: string): NvidiaCard[] {
  return lines.split(/\r?\n/).flatMap((line) => {
    const [, index, uuid, name, memory = ''] = /^(\d+), ([\w-]+), (.+), (\d+|\[.+\])\s*$/.exec(line) ?? [];
    if (index === undefined || uuid === undefined || name === undefined) return [];
    return [{ index: Number(index), uuid, name, memoryBytes: /^\d+$/.test(memory) ? Number(memory) * 2 ** 20 : null }];
  });
}

/**
 * The cards that TensorFlow may compute on. It takes the first that CUDA shows it, but the order is CUDA's: as
 * CUDA_VISIBLE_DEVICES names them, by slot with CUDA_DEVICE_ORDER=PCI_BUS_ID, else the fastest first, which the driver
 * does not say. More than one card is given only in that last case.
 */
export function cardsInUse(
  cards: readonly NvidiaCard[],
  { CUDA_VISIBLE_DEVICES: visible, CUDA_DEVICE_ORDER: order }: Readonly<Record<string, string | undefined>>,
): readonly NvidiaCard[] {
  const bySlot = order === 'PCI_BUS_ID' || new Set(cards.map(({ name }) => name)).size === 1;
  const [first] = (visible ?? '').split(',').map((each) => each.trim());
  if (first === undefined || first === '') return bySlot ? cards.slice(0, 1) : cards;
  if (/^\d+$/.test(first)) return bySlot ? cards.filter(({ index }) => index === Number(first)) : cards;
  return cards.filter(({ uuid }) => uuid.startsWith(first));
}

/** Name and memory of the card that computes; of all that may, where the driver does not say which does. */
export function describeCards(cards: readonly NvidiaCard[]): { name: string; memoryBytes: number | null } {
  const [memory = null, ...others] = new Set(cards.map(({ memoryBytes }) => memoryBytes));
  return {
    name: [...new Set(cards.map(({ name }) => name))].join(' or ') || 'NVIDIA GPU',
    memoryBytes: others.length === 0 ? memory : null,
  };
}

/** Why TensorFlow does not compute on an NVIDIA card, in one sentence with its remedy. */
export function reasonNotGpu(
  platform: NodeJS.Platform,
  hasGpuBuild: boolean,
  isThere: (path: string) => boolean = existsSync,
): string {
  if (platform === 'darwin') return 'TensorFlow has no GPU build for macOS.';
  const signs =
    platform === 'win32' ? ['C:\\Windows\\System32\\nvidia-smi.exe'] : ['/proc/driver/nvidia/version', WSL_PROGRAM];
  if (!signs.some(isThere)) {
    // WSL2 shows any graphics card of Windows as this device.
    return isThere('/dev/dxg')
      ? 'WSL2 shows a graphics card, but no NVIDIA driver. If it is an NVIDIA card, install its driver in Windows, and run "wsl --shutdown" there.'
      : 'No NVIDIA driver was found. If the machine has an NVIDIA card, install its driver and restart.';
  }
  if (platform === 'linux' && !hasGpuBuild) {
    return 'An NVIDIA driver is here, but the CPU build of TensorFlow is installed. Run "npm run setup -- --gpu".';
  }
  return 'TensorFlow found no usable NVIDIA card: the driver may be too old for CUDA 12, or the card busy. The log has TensorFlow’s own words.';
}
