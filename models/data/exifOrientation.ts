import { Orientation } from '@napi-rs/image';

/** 1 to 8 in EXIF; the first is as stored. */
const ORIENTATIONS = [
  Orientation.Horizontal,
  Orientation.MirrorHorizontal,
  Orientation.Rotate180,
  Orientation.MirrorVertical,
  Orientation.MirrorHorizontalAndRotate270Cw,
  Orientation.Rotate90Cw,
  Orientation.MirrorHorizontalAndRotate90Cw,
  Orientation.Rotate270Cw,
];

const ORIENTATION_TAG = 0x0112;
const EXIF_CHUNK = 0x65584966;
const EXIF_FOURCC = 0x45584946;

/** How an image is turned, by the EXIF of a JPEG, PNG or WebP; as it is stored where it says nothing, or nothing that exists (0, say). */
export function exifOrientation(bytes: Uint8Array, extension: 'jpg' | 'png' | 'webp'): Orientation {
  const view = viewOf(bytes);
  try {
    const exif = { jpg: exifOfJpeg, png: exifOfPng, webp: exifOfWebp }[extension](view);
    return exif ? orientationIn(exif) : Orientation.Horizontal;
  } catch (error) {
    // EXIF that points beyond its own end is worth no more than none; whether the pixels are whole is found out when they are decoded.
    if (error instanceof RangeError) return Orientation.Horizontal;
    throw error;
  }
}

/** Whether the image's sides are swapped where it is shown. */
export function isTurned(orientation: Orientation): boolean {
  return orientation >= Orientation.MirrorHorizontalAndRotate270Cw;
}

/** A value of the orientation tag as an orientation. */
export function toOrientation(value: number): Orientation {
  return ORIENTATIONS[value - 1] ?? Orientation.Horizontal;
}

/** The segment APP1 with "Exif", among those before the image data. */
function exifOfJpeg(view: DataView): DataView | null {
  for (let at = 2; view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return null;
    const length = view.getUint16(at + 2);
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return part(view, at + 10, length - 8);
    at += 2 + length;
  }
  return null;
}

function exifOfPng(view: DataView): DataView | null {
  for (let at = 8; at + 12 <= view.byteLength;) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === EXIF_CHUNK) return part(view, at + 8, length);
    at += 12 + length;
  }
  return null;
}

/** Some programs keep the JPEG's "Exif\0\0" before the data. */
function exifOfWebp(view: DataView): DataView | null {
  for (let at = 12; at + 8 <= view.byteLength;) {
    const length = view.getUint32(at + 4, true);
    if (view.getUint32(at) === EXIF_FOURCC) {
      const skip = view.getUint32(at + 8) === 0x45786966 ? 6 : 0;
      return part(view, at + 8 + skip, length - skip);
    }
    at += 8 + length + (length % 2);
  }
  return null;
}

/** The orientation in EXIF data, which are a TIFF's header and first directory. */
function orientationIn(exif: DataView): Orientation {
  const little = exif.getUint16(0) === 0x4949;
  const directory = exif.getUint32(4, little);
  const entries = exif.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * 12;
    if (exif.getUint16(at, little) === ORIENTATION_TAG) return toOrientation(exif.getUint16(at + 8, little));
  }
  return Orientation.Horizontal;
}

function part(view: DataView, at: number, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset + at, length);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
