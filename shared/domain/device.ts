import { z } from 'zod';

/** What runs the numbers on this machine, and why it is not the GPU where it is not. */
export const deviceReportSchema = z.object({
  /** Version of the native TensorFlow library. */
  version: z.string(),
  kind: z.enum(['cpu', 'gpu']),
  /** The processor's or the graphics card's own name. */
  name: z.string(),
  cores: z.int().positive(),
  memoryBytes: z.number().nonnegative(),
  gpuMemoryBytes: z.number().nonnegative().nullable(),
  /** One sentence with its remedy; null where the GPU runs. */
  reasonNotGpu: z.string().nullable(),
  /** Whether the processor has bfloat16 instructions (avx512_bf16 or amx_bf16). */
  bfloat16: z.boolean(),
});

export type DeviceReport = z.infer<typeof deviceReportSchema>;
