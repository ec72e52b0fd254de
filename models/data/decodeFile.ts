import { decodeOpened, type DecodedImage } from './decode';
import type { FolderRanges } from './folderRanges';
import { openImage } from './imageHeader';
import { readImageFile, type ReadOptions } from './readImageFile';

export interface DecodeFileOptions extends ReadOptions {
  /** Filled where it is given, RGB bytes [side, side, 3]. */
  readonly pixels?: Uint8Array | undefined;
  /** Where a deep image that states no range gets it from. */
  readonly ranges: FolderRanges;
}

/**
 * Reads and decodes an image file, see readImageFile and decodeImage, and gives both to `use`; the file's bytes count as held until it ends.
 * For the first deep image of a folder the folder is read. No bytes are held meanwhile, or those who wait for that would keep the memory it needs.
 */
export async function decodeFile<T>(
  path: string,
  side: number,
  use: (decoded: DecodedImage, bytes: Buffer) => Promise<T>,
  { pixels, ranges, ...reading }: DecodeFileOptions,
): Promise<T> {
  let known = await ranges.known(path);
  const attempt = (mayAsk: boolean): Promise<{ value: T } | null> =>
    readImageFile(
      path,
      async (bytes) => {
        const image = await openImage(bytes);
        const range = known.get(image.deep?.values ?? '') ?? null;
        if (mayAsk && image.deep && !image.deep.stated && !range) return null;
        const decoded = await decodeOpened(bytes, image, side, { ...reading, pixels, range });
        return { value: await use(decoded, bytes) };
      },
      reading,
    );
  let done = await attempt(true);
  while (!done) {
    known = await ranges.find(path, reading);
    done = await attempt(false);
  }
  return done.value;
}
