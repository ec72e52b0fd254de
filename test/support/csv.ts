import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** What Python's csv module reads. */
export function parseCsv(text: string, separator = ','): string[][] {
  const script =
    'import csv,io,json,sys; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode("utf-8-sig"), newline=""), delimiter=sys.argv[1]))))';
  return JSON.parse(execFileSync('python3', ['-c', script, separator], { input: text }).toString()) as string[][];
}

/** The records of a file as Python's csv module reads them. */
export const readCsv = async (path: string): Promise<string[][]> => parseCsv(await readFile(path, 'utf8'));
