import { Option } from 'commander';
import { csvStyleSchema, type CsvStyle } from '#shared/domain/csvStyle';

export interface CsvOptions {
  readonly separator: CsvStyle['separator'];
  readonly decimalMark: CsvStyle['decimalMark'];
  readonly bom?: boolean;
}

const { separator, decimalMark } = csvStyleSchema.shape;

export const separatorOption = new Option('--separator <name>', 'between the fields of CSV')
  .choices(separator.unwrap().options)
  .default('comma');

export const decimalMarkOption = new Option('--decimal-mark <name>', 'in the numbers of CSV')
  .choices(decimalMark.unwrap().options)
  .default('point');

export const byteOrderMarkOption = ['--bom', 'begin CSV with a byte order mark, by which Excel knows UTF-8'] as const;

export function csvStyleOf(options: CsvOptions): CsvStyle {
  return { separator: options.separator, decimalMark: options.decimalMark, byteOrderMark: options.bom === true };
}
