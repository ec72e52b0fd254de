/** A format of images that is read, with the extension under which such a file is stored. */
interface ReadFormat {
  readonly kind: 'read';
  readonly name: 'JPEG' | 'PNG' | 'BMP' | 'TIFF' | 'WebP';
  readonly extension: 'jpg' | 'png' | 'bmp' | 'tif' | 'webp';
}

/** A format of pictures that is not read. A user is told its name. */
interface UnreadFormat {
  readonly kind: 'unread';
  readonly name: string;
}

export type ImageFormat = ReadFormat | UnreadFormat;

/** How many of a file's first bytes imageFormat looks at. DICOM has its mark there last, after a preamble of 128 bytes. */
export const FORMAT_BYTES = 132;

/**
 * Tells an image's format from the file's first FORMAT_BYTES bytes (all of them where the file is shorter), whatever its name.
 * Null: these bytes begin no picture of a known format. A TIFF is not looked into: slide scanners' formats that are TIFF inside are TIFF here.
 */
export function imageFormat(head: Uint8Array): ImageFormat | null {
  return SIGNATURES.find(({ parts }) => parts.every((part) => isAt(head, part)))?.format ?? bitmapFormat(head);
}

/**
 * The format of pictures that a file's name stands for, where files so named are not read as images of cells; else null.
 * Slide scanners' formats are among them even where the content would be a TIFF or a JPEG: they hold whole slides.
 */
export function unreadFormatOf(fileName: string): string | null {
  const [, extension = ''] = /\.([^.]+)$/.exec(fileName) ?? [];
  return UNREAD_EXTENSIONS.get(extension.toLowerCase()) ?? null;
}

/** Text that stands at a place in a file, as Latin-1: a character a byte. */
type Part = readonly [text: string, at: number];

interface Signature {
  readonly format: ImageFormat;
  /** All of them must be there. */
  readonly parts: readonly Part[];
}

const JPEG: ImageFormat = { kind: 'read', name: 'JPEG', extension: 'jpg' };
const PNG: ImageFormat = { kind: 'read', name: 'PNG', extension: 'png' };
const TIFF: ImageFormat = { kind: 'read', name: 'TIFF', extension: 'tif' };
const WEBP: ImageFormat = { kind: 'read', name: 'WebP', extension: 'webp' };
const BMP: ImageFormat = { kind: 'read', name: 'BMP', extension: 'bmp' };

/** The first that fits counts. Sources: the formats' own specifications; those of microscopes as Bio-Formats' readers know them. */
const SIGNATURES: readonly Signature[] = [
  unread('JPEG-LS', ['\xff\xd8\xff\xf7', 0]),
  { format: JPEG, parts: [['\xff\xd8\xff', 0]] },
  { format: PNG, parts: [['\x89PNG\r\n\x1a\n', 0]] },
  { format: TIFF, parts: [['II*\0', 0]] },
  { format: TIFF, parts: [['MM\0*', 0]] },
  { format: TIFF, parts: [['II+\0\x08\0', 0]] },
  { format: TIFF, parts: [['MM\0+\0\x08', 0]] },
  {
    format: WEBP,
    parts: [
      ['RIFF', 0],
      ['WEBP', 8],
    ],
  },
  unread('GIF', ['GIF8', 0]),
  unread('JPEG XL', ['\xff\x0a', 0]),
  unread('JPEG XL', ['\0\0\0\x0cJXL \r\n\x87\n', 0]),
  unread('JPEG 2000', ['\0\0\0\x0cjP  \r\n\x87\n', 0]),
  unread('JPEG 2000', ['\xff\x4f\xff\x51', 0]),
  unread('JPEG XR', ['II\xbc', 0]),
  unread('AVIF', ['ftypavi', 4]),
  unread('HEIC', ['ftyphe', 4]),
  unread('HEIC', ['ftypmif1', 4]),
  unread('HEIC', ['ftypmsf1', 4]),
  unread('DICOM', ['DICM', 128]),
  unread('Zeiss CZI', ['ZISRAWFILE', 0]),
  unread('Nikon ND2', ['\xda\xce\xbe\x0a', 0]),
  unread('Leica LIF', ['\x70\0\0\0', 0], ['\x2a', 8]),
  unread('OLE container (such as Zeiss ZVI or Olympus OIB)', ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 0]),
  unread('HDF5', ['\x89HDF\r\n\x1a\n', 0]),
  unread('Photoshop', ['8BPS', 0]),
  unread('PDF', ['%PDF-', 0]),
  unread('OpenEXR', ['\x76\x2f\x31\x01', 0]),
  unread('FITS', ['SIMPLE  =', 0]),
  unread('DjVu', ['AT&TFORM', 0]),
  unread('SVG', ['<svg', 0]),
];

/** Sizes of the headers that a bitmap has had, from OS/2 1 (12) to Windows 5 (124). Two letters alone would take many a text for one. */
const BITMAP_HEADERS: ReadonlySet<number> = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

function bitmapFormat(head: Uint8Array): ImageFormat | null {
  if (!isAt(head, ['BM', 0]) || head.length < 18) return null;
  const size = new DataView(head.buffer, head.byteOffset).getUint32(14, true);
  return BITMAP_HEADERS.has(size) ? BMP : null;
}

const UNREAD_EXTENSIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'JPEG XL': 'jxl',
    'JPEG 2000': 'jp2 j2k j2c jpx jpf jpc',
    'JPEG XR': 'jxr wdp hdp',
    'JPEG-LS': 'jls',
    GIF: 'gif',
    HEIC: 'heic heif hif',
    AVIF: 'avif',
    DICOM: 'dcm dicom',
    'Zeiss CZI': 'czi',
    'Zeiss ZVI': 'zvi',
    'Zeiss LSM': 'lsm',
    'Aperio SVS': 'svs',
    'Hamamatsu NDPI': 'ndpi ndpis',
    'Hamamatsu VMS': 'vms vmu',
    'Mirax MRXS': 'mrxs',
    'Leica SCN': 'scn',
    'Leica LIF': 'lif lof xlef',
    'Nikon ND2': 'nd2',
    'Olympus VSI': 'vsi ets',
    'Olympus OIB': 'oib oif oir',
    'Ventana BIF': 'bif',
    'Philips slide': 'isyntax',
    'Trestle slide': 'svslide',
    'Motic slide': 'mds mdsx',
    'KFBio slide': 'kfb',
    'Imaris IMS': 'ims',
    'DeltaVision DV': 'dv r3d',
    'Gatan DM': 'dm3 dm4',
    'MetaMorph STK': 'stk',
    Photoshop: 'psd psb',
    PDF: 'pdf',
    SVG: 'svg',
    OpenEXR: 'exr',
    FITS: 'fits fit',
    DjVu: 'djvu',
    'Windows icon': 'ico',
    TGA: 'tga',
    PCX: 'pcx',
    Netpbm: 'pbm pgm ppm pnm pam',
    'GIMP XCF': 'xcf',
    'camera raw': 'dng cr2 cr3 nef nrw arw orf rw2 raf pef srw',
  }).flatMap(([format, extensions]) => extensions.split(' ').map((extension) => [extension, format] as const)),
);

function unread(name: string, ...parts: readonly Part[]): Signature {
  return { format: { kind: 'unread', name }, parts };
}

function isAt(head: Uint8Array, [text, at]: Part): boolean {
  return (
    head.length >= at + text.length &&
    Array.from(text).every((letter, index) => head[at + index] === letter.charCodeAt(0))
  );
}
