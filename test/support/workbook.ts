import { execFileSync } from 'node:child_process';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';

const READ = `
import json, re, sys, openpyxl
def spelled(value):
    # Excel reads _xHHHH_ as a character; openpyxl leaves it to its caller.
    return re.sub('_x([0-9A-Fa-f]{4})_', lambda found: chr(int(found.group(1), 16)), value) if isinstance(value, str) else value
sheets = {}
for sheet in openpyxl.load_workbook(sys.argv[1]):
    cells = list(sheet.iter_rows())
    sheets[sheet.title] = {
        'rows': [[spelled(cell.value) for cell in row] for row in cells],
        'formulas': sum(cell.data_type == 'f' for row in cells for cell in row),
        'frozen': sheet.freeze_panes,
        'bold': [sorted({bool(cell.font.bold) for cell in row}) for row in cells[:2]],
    }
print(json.dumps(sheets))
`;

interface Sheet {
  /** Values by row: texts and numbers as they are, null where a cell is empty. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly formulas: number;
  /** The first cell that scrolls. */
  readonly frozen: string | null;
  /** What of the first and the second row is bold. */
  readonly bold: readonly (readonly boolean[])[];
}

/** The sheets of an XLSX file by name, as openpyxl reads them. */
export function readWorkbook(path: string): Readonly<Record<string, Sheet>> {
  const options = { maxBuffer: 100_000_000, env: { ...process.env, PYTHONIOENCODING: 'utf-8' } };
  return JSON.parse(execFileSync(PYTHON, ['-c', READ, path], options).toString()) as Readonly<Record<string, Sheet>>;
}
