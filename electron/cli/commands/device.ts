import { ComputeSupervisor } from '#main/compute/supervisor';
import { forkCompute } from '#main/compute/launchFork';
import type { DeviceReport } from '#shared/domain/device';
import { EXIT } from '../exit';
import { resources } from '../headless';
import type { AddCommand } from '../options';

/** Adds the command `device`. */
export const addDevice: AddCommand = (root) => {
  root
    .command('device')
    .description('what runs the numbers on this machine')
    .option('--json', 'print as JSON')
    .action(async (options: Parameters<typeof device>[0]) => {
      process.exitCode = await device(options);
    });
};

/** Needs no workspace. */
async function device(options: { readonly json?: boolean }): Promise<number> {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (message: string) => process.stderr.write(`${message}\n`),
  };
  const compute = new ComputeSupervisor(forkCompute(resources.computeEntry, resources.pretrained, log), log, {
    onDeath: () => undefined,
  });
  try {
    const report = await compute.call('device', null);
    process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : describe(report));
    return EXIT.done;
  } finally {
    await compute.dispose();
  }
}

function describe(report: DeviceReport): string {
  const { version, kind, name, cores, memoryBytes, gpuMemoryBytes, reasonNotGpu, bfloat16 } = report;
  const cardMemory = gpuMemoryBytes === null ? '' : ` with ${(gpuMemoryBytes / 2 ** 30).toFixed(1)} GiB`;
  return [
    `TensorFlow ${version} on the ${kind.toUpperCase()}: ${name}${cardMemory}`,
    `${String(cores)} cores, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB of memory${bfloat16 ? ', bfloat16 instructions' : ''}`,
    ...(reasonNotGpu === null ? [] : [`Not on the GPU: ${reasonNotGpu}`]),
    '',
  ].join('\n');
}
