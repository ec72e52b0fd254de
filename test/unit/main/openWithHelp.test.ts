import { expect, it } from 'vitest';
import { openWithHelp, type FolderToOpen, type Remedy } from '#main/openWithHelp';
import type { Backup } from '#main/store/backup';
import { FailureError, type Failure } from '#shared/domain/failure';

/** A person who answers in this order, and what they were asked; only `good` folders open. */
function person(answers: readonly Remedy[], good: readonly string[], code: Failure['code'] = 'not-found') {
  const tried: FolderToOpen[] = [];
  const asked: (readonly Remedy[])[] = [];
  const repaired: string[] = [];
  return {
    tried,
    asked,
    repaired,
    open: (next: FolderToOpen): Promise<string> => {
      tried.push(next);
      return good.includes(next.folder) || repaired.includes(`restore ${next.folder}`)
        ? Promise.resolve(`opened ${next.folder}`)
        : Promise.reject(new FailureError(code, `${next.folder} is not there.`, 'Choose another.'));
    },
    ask: (_: Failure, remedies: readonly Remedy[]): Promise<Remedy> => {
      asked.push(remedies);
      return Promise.resolve(answers[asked.length - 1] ?? 'quit');
    },
    newestBackup: (folder: string): Backup | null =>
      folder === '/bare' ? null : { path: `${folder}/backups/b.db`, madeAt: '2026-11-27T09:14:00Z', kind: 'daily' },
    restore: (folder: string): void => {
      repaired.push(`restore ${folder}`);
    },
    rebuild: (folder: string): void => {
      repaired.push(`rebuild ${folder}`);
    },
    pickFolder: () => Promise.resolve('/picked'),
  };
}

const USB = { folder: '/usb', mustExist: true };

it('a workspace that opens is opened without a question', async () => {
  const ada = person([], ['/usb']);
  expect(await openWithHelp(USB, '/usb', ada)).toEqual({ folder: '/usb', opened: 'opened /usb' });
  expect([ada.tried, ada.asked]).toEqual([[USB], []]);
});

it('a workspace on a drive that is not connected can be tried again, left for another folder or the last one, or given up', async () => {
  const again = person(['retry', 'last'], ['/last']);
  expect(await openWithHelp(USB, '/last', again)).toMatchObject({ folder: '/last' });
  expect(again.tried).toEqual([USB, USB, { folder: '/last', mustExist: false }]);
  expect(again.asked).toEqual([
    ['retry', 'other', 'last', 'quit'],
    ['retry', 'other', 'last', 'quit'],
  ]);
  expect(await openWithHelp(USB, '/usb', person(['other'], ['/picked']))).toMatchObject({ folder: '/picked' });
  const gone = person(['quit'], []);
  expect(await openWithHelp(USB, '/usb', gone)).toBeNull();
  expect(gone.asked).toEqual([['retry', 'other', 'quit']]);
});

it('a folder that holds other things is never taken itself, but a folder in it can be', async () => {
  const ben = person(['inside'], ['/pictures/smearscope'], 'workspace-foreign');
  expect(await openWithHelp({ folder: '/pictures', mustExist: false }, '/last', ben)).toMatchObject({
    folder: '/pictures/smearscope',
  });
  expect(ben.asked).toEqual([['inside', 'other', 'last', 'quit']]);
});

it('a database that is lost or damaged is repaired only by the repair that a person chose, once', async () => {
  for (const code of ['workspace-lost', 'workspace-corrupt'] as const) {
    const ada = person(['retry', 'rebuild', 'retry', 'restore'], [], code);
    expect(await openWithHelp(USB, '/usb', ada)).toMatchObject({ folder: '/usb' });
    expect(ada.repaired).toEqual(['rebuild /usb', 'restore /usb']);
    expect(ada.asked[0]).toEqual(['restore', 'rebuild', 'retry', 'other', 'quit']);
    const ben = person([], [], code);
    expect(await openWithHelp({ folder: '/bare', mustExist: true }, '/bare', ben)).toBeNull();
    expect(ben.asked).toEqual([['rebuild', 'retry', 'other', 'quit']]);
  }
});

it('a fault of the program is not taken for a folder that cannot be opened', async () => {
  const help = { ...person([], []), open: () => Promise.reject(new TypeError('x is not a function')) };
  await expect(openWithHelp(USB, '/last', help)).rejects.toThrow(TypeError);
});
