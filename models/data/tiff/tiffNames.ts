/** Compressions of TIFF that are read: none, LZW, JPEG, deflate (two numbers), PackBits, ZSTD. */
export const COMPRESSION = { none: 1, lzw: 5, jpeg: 7, adobeDeflate: 8, packBits: 32773, deflate: 32946, zstd: 50000 };

/** Names of compressions that are not read, for whoever has such a file. Source: libtiff's tiff.h. */
export const UNREAD_COMPRESSIONS: Readonly<Record<number, string>> = {
  2: 'CCITT RLE (fax)',
  3: 'CCITT group 3 (fax)',
  4: 'CCITT group 4 (fax)',
  6: 'old-style JPEG',
  22610: 'JPEG XR',
  33003: 'JPEG 2000',
  33005: 'JPEG 2000',
  34661: 'JBIG',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34892: 'lossy JPEG of DNG',
  34925: 'LZMA',
  34934: 'JPEG XR',
  50001: 'WebP',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};

/** How the samples of a pixel are its colour, by the number of the tag PhotometricInterpretation. */
export const COLOURS = {
  0: 'whiteIsZero',
  1: 'grey',
  2: 'rgb',
  3: 'palette',
  5: 'cmyk',
  6: 'yCbCr',
} as const;

export type TiffColour = (typeof COLOURS)[keyof typeof COLOURS];

/** Samples that make the colour; more are alpha or of no known meaning. */
export const SAMPLES: Readonly<Record<TiffColour, number>> = {
  whiteIsZero: 1,
  grey: 1,
  rgb: 3,
  palette: 1,
  cmyk: 4,
  yCbCr: 3,
};

export const UNREAD_COLOURS: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  8: 'CIE L*a*b*',
  9: 'ICC L*a*b*',
  10: 'ITU L*a*b*',
  32803: 'the raw mosaic of a camera',
  32844: 'LogL',
  32845: 'LogLuv',
  34892: 'the linear raw data of a camera',
};

/** What the samples are as numbers. */
export type SampleKind = 'unsigned' | 'signed' | 'fraction';
