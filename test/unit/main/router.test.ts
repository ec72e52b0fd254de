import { expect, it } from 'vitest';
import { router, type CallHandlers } from '#main/ipc/router';
import { settingsSchema } from '#shared/domain/settings';
import { calls } from '#shared/ipc/contract';
import { FailureError } from '#shared/domain/failure';

const SLIDE = { slideId: 1, after: null };

/** A router whose calls all fail as bugs, but for those given; keeps what reached handlers and who was told of bugs. */
function routerOf(given: Partial<CallHandlers>): {
  answer: ReturnType<typeof router>;
  bugs: [string, unknown][];
} {
  const bugs: [string, unknown][] = [];
  const others = Object.fromEntries(
    Object.keys(calls).map((name) => [
      name,
      () => {
        throw new Error(`${name} was called`);
      },
    ]),
  );
  const handlers = { ...others, ...given } as CallHandlers;
  return { answer: router(handlers, (name, error) => bugs.push([name, error])), bugs };
}

const refused = { failure: { code: 'invalid-argument' } };

it('a call is answered with what its handler gives', async () => {
  const { answer, bugs } = routerOf({ 'dialog.pickFolders': ({ multiple }) => Promise.resolve([String(multiple)]) });
  expect(await answer('dialog.pickFolders', { multiple: true })).toEqual({ result: ['true'] });
  expect(bugs).toEqual([]);
});

it.each([
  'cell.destroy',
  'toString',
  'constructor',
  '__proto__',
  '',
  7,
  null,
  undefined,
  { toString: () => 'cell.list' },
])('there is no call %j', async (name) => {
  const { answer, bugs } = routerOf({});
  expect(await answer(name, null)).toMatchObject(refused);
  expect(bugs).toEqual([]);
});

it.each<[string, unknown]>([
  ['cell.list', undefined],
  ['cell.list', null],
  ['cell.list', { slideId: 'one', after: null }],
  ['cell.list', { slideId: -1, after: null }],
  ['app.state', { more: 'than nothing' }],
  ['batch.create', { id: 'not a uuid', sources: ['/s'] }],
  ['batch.create', { id: '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', sources: [] }],
  ['review.decide', { cellIds: [1], decision: { kind: 'burn' } }],
  ['export.save', { batchId: '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', what: 'cells', format: 'exe', slideId: null }],
  ['settings.set', { cellSize: 1e9 }],
])('%s refuses arguments that do not fit: %j', async (name, args) => {
  const { answer, bugs } = routerOf({});
  expect(await answer(name, args)).toMatchObject(refused);
  expect(bugs).toEqual([]);
});

it('a change of one setting leaves every other as it is', async () => {
  let change: unknown;
  const { answer } = routerOf({
    'settings.set': (args) => {
      change = args;
      return settingsSchema.parse({});
    },
  });
  await answer('settings.set', { cellSize: 96 });
  expect(change).toEqual({ cellSize: 96 });
});

it('arguments that no honest call would have are refused before they are looked into', async () => {
  const { answer, bugs } = routerOf({ 'review.decide': () => ({ cells: [], canUndo: false, canRedo: false }) });
  const decide = (cellIds: unknown): ReturnType<typeof answer> =>
    answer('review.decide', { cellIds, decision: { kind: 'unidentified' } });
  expect(await decide(Array.from({ length: 100_000 }, (_, index) => index + 1))).toMatchObject({ result: {} });
  expect(await decide(Array.from({ length: 100_001 }, (_, index) => index + 1))).toMatchObject(refused);
  expect(await decide('x'.repeat(4_000_001))).toMatchObject({
    failure: { code: 'invalid-argument', message: expect.stringContaining('too large') as string },
  });
  expect(bugs).toEqual([]);
});

it('what cannot be written down as an argument is refused', async () => {
  const { answer, bugs } = routerOf({});
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  for (const args of [loop, { slideId: 1n }, () => 1, Symbol('s')])
    expect(await answer('cell.list', args)).toMatchObject(refused);
  expect(bugs).toEqual([]);
});

it('an expected failure is an answer, and nobody is told of a bug', async () => {
  const { answer, bugs } = routerOf({
    'cell.list': () => {
      throw new FailureError('not-found', 'The slide is gone.', 'Choose another one.');
    },
    'batch.list': () => Promise.reject(new FailureError('disk-full', 'The disk is full.', 'Free some space.')),
  });
  expect(await answer('cell.list', SLIDE)).toEqual({
    failure: { code: 'not-found', message: 'The slide is gone.', hint: 'Choose another one.' },
  });
  expect(await answer('batch.list', null)).toMatchObject({ failure: { code: 'disk-full' } });
  expect(bugs).toEqual([]);
});

it('a bug is logged under the call’s name, and thrown', async () => {
  const thrown = new TypeError('x is not a function');
  const { answer, bugs } = routerOf({
    'cell.list': () => {
      throw thrown;
    },
    'batch.list': () => Promise.reject(thrown),
  });
  await expect(answer('cell.list', SLIDE)).rejects.toBe(thrown);
  await expect(answer('batch.list', null)).rejects.toBe(thrown);
  expect(bugs).toEqual([
    ['cell.list', thrown],
    ['batch.list', thrown],
  ]);
});
