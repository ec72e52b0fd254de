import { execFileSync } from 'node:child_process';

export interface NvidiaCard {
  readonly name: string;
  /** Null where the driver does not say, as on cards that share the machine's memory. */
  readonly memoryBytes: number | null;
}

const QUERY = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];

/** The machine's NVIDIA cards as the driver's own program lists them; none where it is not there or does not answer. */
export function nvidiaCards(program = 'nvidia-smi'): NvidiaCard[] {
  try {
    return parseCards(
      execFileSync(program, QUERY, { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return [];
  }
}

/** The lines that `nvidia-smi` answers, `<name>, <MiB>` each, where a figure it does not have stands as `[N/A]` or `[Not Supported]`. */
export function parseCards(lines: string): NvidiaCard[] {
  return lines.split(/\r?\n/).flatMap((line) => {
    const [, name, memory = ''] = /^(.+), (\d+|\[.+\])\s*$/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name, memoryBytes: /^\d+$/.test(memory) ? Number(memory) * 2 ** 20 : null }];
  });
}
