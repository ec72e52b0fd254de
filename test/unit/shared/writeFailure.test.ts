import { expect, it } from 'vitest';
import { FailureError } from '#shared/domain/failure';
import { writeFailure } from '#shared/domain/writeFailure';

const failed = (code: string): Error => Object.assign(new Error(`${code}: failed`), { code });

it('a disk that is full, locked, in use or out of reach is said to be so, with the file and what to do', () => {
  const codes = ['ENOSPC', 'EDQUOT', 'EROFS', 'EBUSY', 'EACCES', 'ENOTDIR', 'EIO', 'ESTALE'];
  const said = codes.map((code) => writeFailure('/disk/out.csv', failed(code)));
  expect(said.map((error) => (error instanceof FailureError ? error.failure.code : null))).toEqual([
    'disk-full',
    'disk-full',
    'read-only',
    'busy',
    'permission-denied',
    'permission-denied',
    'disk-error',
    'disk-error',
  ]);
  for (const error of said) {
    if (!(error instanceof FailureError)) throw error;
    expect(error.failure.message).toContain('/disk/out.csv');
    expect(error.failure.hint).not.toBe('');
  }
});

it('an error of which the disk is no cause stays what it is', () => {
  const bug = new TypeError('x is not a function');
  expect(writeFailure('/out.csv', bug)).toBe(bug);
  const said = new FailureError('cancelled', 'It was stopped.', 'Start it again.');
  expect(writeFailure('/out.csv', said)).toBe(said);
});
