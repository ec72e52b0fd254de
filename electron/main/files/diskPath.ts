import { pathBytes } from '#shared/domain/filePath';

/** A path’s text as the system takes it: bytes where the name is not UTF-8. */
export function diskPath(path: string): string | Buffer {
  const bytes = pathBytes(path);
  return bytes === null ? path : Buffer.from(bytes);
}
