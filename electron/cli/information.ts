import { ComputeSupervisor } from '#main/compute/supervisor';
import { forkCompute } from '#main/compute/launchFork';
import type { DeviceReport } from '#shared/domain/device';
import { EXIT } from './exit';
import { openHeadless, resources } from './headless';

/** The command `models`. */
export async function listModels(options: { readonly workspace?: string; readonly json?: boolean }): Promise<number> {
  const application = openHeadless(options.workspace, () => undefined);
  try {
    const models = application.catalog.list();
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(models, null, 2)}\n`);
      return EXIT.done;
    }
    for (const { id, live, card } of models) {
      const { accuracy, n } = card.evaluation;
      const figures =
        accuracy.value === null ? '' : `${(100 * accuracy.value).toFixed(1)} % of ${String(n)} locked images`;
      process.stdout.write(
        `${live ? '*' : ' '} ${id}  ${card.name}, ${String(card.classIds.length)} classes, ${figures}, ${card.createdAt.slice(0, 10)}\n`,
      );
    }
    return EXIT.done;
  } finally {
    await application.close();
  }
}

/** The command `device`: needs no workspace. */
export async function device(options: { readonly json?: boolean }): Promise<number> {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (message: string) => process.stderr.write(`${message}\n`),
  };
  const compute = new ComputeSupervisor(
    forkCompute(resources.computeEntry, resources.pretrained, log),
    log,
    () => undefined,
  );
  try {
    const report = await compute.call('device', null);
    process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : describe(report));
    return EXIT.done;
  } finally {
    compute.dispose();
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
