// What the program's processes need in their environment.
import { delimiter } from 'node:path';
import { gpuLibraryFolders } from '../provision/gpuLibraries.mjs';

/** @returns {NodeJS.ProcessEnv} */
export function programEnvironment() {
  const libraries = gpuLibraryFolders();
  return {
    ...process.env,
    // The decoding of images runs on Node's pool, beside TensorFlow's own threads.
    UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? '8',
    TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2',
    ...(libraries.length > 0 && {
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      SMEARSCOPE_GPU_LIBRARIES: libraries.join(delimiter),
      LD_LIBRARY_PATH: [...libraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(delimiter),
    }),
  };
}
