import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '#main/store/database';
import { sweepUnfinished } from '#main/store/sweepUnfinished';
import { openWorkspace, type Workspace } from '#main/store/workspace';
import type { ReviewDecision } from '#shared/domain/cell';
import {
  batchIdSchema,
  contentHashSchema,
  modelIdSchema,
  runIdSchema,
  type BatchId,
  type CellId,
} from '#shared/domain/ids';
import { FailureError } from '#shared/domain/failure';
import { UNFINISHED } from '#shared/domain/unfinished';
import { canMount, mountDisk } from '../support/mount';
import { createRun } from '../support/runs';
import { temporaryFolder } from '../support/temporary';

function failureOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FailureError) return error.failure.code;
    throw error;
  }
  return 'no failure';
}

const BATCH = batchIdSchema.parse('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');

/** A workspace with one slide of cells, one for each class given. */
function withCells(folder: string, classIds: readonly (string | null)[]): { workspace: Workspace; cells: CellId[] } {
  const workspace = openWorkspace(folder);
  return { workspace, cells: withCellsIn(workspace, classIds) };
}

function withCellsIn(workspace: Workspace, classIds: readonly (string | null)[]): CellId[] {
  const { batches, cells } = workspace;
  batches.create({
    id: BATCH,
    name: 'b',
    createdAt: '2026-11-24T09:00:00Z',
    modelId: modelIdSchema.parse('starter'),
    views: 1,
    precision: null,
    sources: ['/s'],
    shard: null,
  });
  batches.addFiles(
    BATCH,
    classIds.map((_, index) => ({
      path: `/s/${String(index)}.jpg`,
      label: `s/${String(index)}.jpg`,
      folder: '/s',
      unreadable: null,
    })),
  );
  batches.pending(BATCH, 0, 1000).forEach(({ id }, index) => {
    const classId = classIds[index] ?? null;
    const hash = contentHashSchema.parse(index.toString(16).padStart(64, '0'));
    const image = { hash, stored: `${hash.slice(0, 2)}/${hash}.jpg`, bytes: 1, width: 360, height: 363 };
    cells.add({
      ...image,
      file: id,
      topClassId: classId ?? 'neutrophil',
      confidence: 0.9,
      unfamiliar: false,
      unlike: [],
      classId,
      probabilities: Float32Array.of(0.9, 0.1),
    });
    batches.setClassified(id, hash);
  });
  const [slide] = workspace.slides.ofBatch(BATCH);
  return slide ? cells.ofSlide(slide.id, null, 1000).map(({ id }) => id) : [];
}

const classesOf = (workspace: Workspace, batch: BatchId): (string | null)[] =>
  workspace.slides
    .ofBatch(batch)
    .flatMap(({ id }) => workspace.cells.ofSlide(id, null, 1000).map(({ classId }) => classId));

describe('a workspace', () => {
  it('begins with every migration applied, each of which can be applied alone in its order', async () => {
    const folder = await temporaryFolder();
    openWorkspace(folder).close();
    const made = new Database(join(folder, 'smearscope.db'));
    expect(made.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
    expect(made.pragma('foreign_key_check')).toEqual([]);
    made.close();
    const alone = new Database(':memory:');
    for (const sql of MIGRATIONS) alone.exec(sql);
    const tables = alone.prepare("select name from sqlite_master where type = 'table' order by name").pluck().all();
    expect(tables).toEqual([
      'batch',
      'batch_file',
      'cell',
      'checkpoint',
      'class_definition',
      'epoch',
      'image',
      'model',
      'passed_over',
      'prediction',
      'review_change',
      'review_event',
      'run',
      'setting',
      'slide',
      'slide_value_range',
      // SQLite's own, for ids that are never used again.
      'sqlite_sequence',
      'step',
    ]);
    alone.close();
  });

  it('is refused while another program has it open, and is free when that has ended in whatever way', async () => {
    const folder = await temporaryFolder();
    const first = openWorkspace(folder);
    expect(failureOf(() => openWorkspace(folder))).toBe('workspace-locked');
    first.close();
    openWorkspace(folder).close();
  });

  it('of a newer version is refused and left as it is', async () => {
    const folder = await temporaryFolder();
    openWorkspace(folder).close();
    const database = new Database(join(folder, 'smearscope.db'));
    database.pragma('user_version = 99');
    database.close();
    expect(failureOf(() => openWorkspace(folder))).toBe('workspace-newer');
    const after = new Database(join(folder, 'smearscope.db'));
    expect(after.pragma('user_version', { simple: true })).toBe(99);
    after.close();
  });

  it('loses what an earlier program was writing when it died, and nothing that is only called alike', async () => {
    const folder = await temporaryFolder();
    const put = async (...path: string[]): Promise<void> => {
      await mkdir(join(folder, ...path.slice(0, -1)), { recursive: true });
      await writeFile(join(folder, ...path), 'x');
    };
    withCells(folder, ['neutrophil']).workspace.close();
    const ours = `smearscope-${randomUUID()}`;
    await put('images', UNFINISHED, ours);
    await put('backups', UNFINISHED, ours);
    await put('thumbnails', UNFINISHED, ours);
    await put('models', UNFINISHED, ours, 'weights.bin');
    await put('runs', UNFINISHED, ours);
    const theirs = [
      ['images', UNFINISHED, 'patient7.part'],
      ['images', 'ab', 'ab34.jpg.0c5e.part'],
      ['images', ours],
      ['images', 'scan.part', 'a.jpg'],
      ['models', 'blood.part', 'card.json'],
      ['models', 'blood.part-Xy12ab', 'card.json'],
      ['patient7.part', 'b.jpg'],
      ['runs', 'one', 'best.checkpoint.part'],
    ];
    for (const path of theirs) await put(...path);
    const workspace = openWorkspace(folder);
    const swept = sweepUnfinished(workspace);
    // What is begun meanwhile is this program's own.
    const begun = ['models', UNFINISHED, `smearscope-${randomUUID()}`];
    await put(...begun);
    await swept;
    workspace.close();
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    expect(files.map((path) => relative(folder, path)).filter((path) => !path.includes('.db'))).toEqual(
      expect.arrayContaining([...theirs, begun].map((path) => path.join('/'))),
    );
    expect(files.filter((path) => path.includes(ours)).map((path) => relative(folder, path))).toEqual([
      `images/${ours}`,
    ]);
  });

  it('whose database is damaged is refused', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'smearscope.db'),
      'this is no database, and long enough to be taken for one'.repeat(100),
    );
    expect(failureOf(() => openWorkspace(folder))).toBe('workspace-corrupt');

    const cut = await temporaryFolder();
    const { workspace } = withCells(
      cut,
      Array.from({ length: 3000 }, () => 'neutrophil'),
    );
    workspace.close();
    const bytes = await readFile(join(cut, 'smearscope.db'));
    await writeFile(
      join(cut, 'smearscope.db'),
      Buffer.concat([bytes.subarray(0, 40_960), Buffer.alloc(40_960, 7), bytes.subarray(81_920)]),
    );
    expect(failureOf(() => openWorkspace(cut))).toBe('workspace-corrupt');
  });

  it.skipIf(!canMount())('on a full disk says so and keeps what is there', async () => {
    const folder = join(await temporaryFolder(), 'small');
    await mkdir(folder);
    mountDisk(folder, 'size=1m');
    const { workspace } = withCells(folder, ['neutrophil']);
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      path: `/t/${String(index)}`.padEnd(100, 'x'),
      label: 'l',
      folder: '/t',
      unreadable: null,
    }));
    expect(() => {
      workspace.batches.addFiles(BATCH, many);
    }).toThrow(/full/);
    expect(classesOf(workspace, BATCH)).toEqual(['neutrophil']);
    workspace.close();
  });

  it.skipIf(!canMount())('that is read-only is refused', async () => {
    const folder = join(await temporaryFolder(), 'fixed');
    await mkdir(folder);
    mountDisk(folder, 'ro');
    expect(failureOf(() => openWorkspace(folder))).toBe('read-only');
  });
});

it('a batch that was cut goes on with the model, the views, the precision and the part it was started with; with others, it is another batch', async () => {
  const { workspace } = withCells(await temporaryFolder(), ['neutrophil']);
  const { batches } = workspace;
  const modelId = modelIdSchema.parse('starter');
  const order = { sources: ['/s'], modelId, views: 1, precision: null, shard: null } as const;
  expect(batches.findUnfinished(order)?.id).toBe(BATCH);
  expect(batches.findUnfinished({ ...order, views: 8 })).toBeNull();
  expect(batches.findUnfinished({ ...order, modelId: modelIdSchema.parse('lab-1') })).toBeNull();
  expect(batches.findUnfinished({ ...order, shard: '1/2' })).toBeNull();
  expect(batches.setPrecision(BATCH, 'bfloat16')).toBe('bfloat16');
  expect(batches.setPrecision(BATCH, 'float32'), 'it is chosen once').toBe('bfloat16');
  expect(batches.findUnfinished({ ...order, precision: 'bfloat16' })?.precision).toBe('bfloat16');
  expect(batches.findUnfinished(order)?.precision, 'where none is asked for').toBe('bfloat16');
  expect(batches.findUnfinished({ ...order, precision: 'float32' })).toBeNull();
  workspace.close();
});

it('a second batch or training of one id, and a training that is not there, are refused in words', async () => {
  const { workspace } = withCells(await temporaryFolder(), ['neutrophil']);
  const { batches, runs } = workspace;
  expect(failureOf(() => withCellsIn(workspace, ['monocyte']))).toBe('invalid-argument');
  expect(batches.list()).toHaveLength(1);
  createRun(workspace, 0, 'best');
  expect(failureOf(() => createRun(workspace, 0, 'best'))).toBe('invalid-argument');
  expect(failureOf(() => runs.existing(runIdSchema.parse(randomUUID())))).toBe('not-found');
  workspace.close();
});

describe('a review', () => {
  it('keeps who changed what, and can be undone and redone, also after a restart', async () => {
    const folder = await temporaryFolder();
    const { workspace, cells } = withCells(folder, ['neutrophil', 'lymphocyte', null]);
    const [first, second, third] = cells;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three cells');
    workspace.reviews.decide(BATCH, [first, third], { kind: 'class', classId: 'monocyte' }, 'Ada');
    workspace.reviews.decide(BATCH, [second], { kind: 'unidentified' }, 'Ada');
    expect(classesOf(workspace, BATCH)).toEqual(['monocyte', null, 'monocyte']);
    workspace.reviews.undo(BATCH, 'Ada');
    workspace.close();

    const again = openWorkspace(folder);
    expect(again.reviews.can(BATCH)).toEqual({ canUndo: true, canRedo: true });
    again.reviews.undo(BATCH, 'Ben');
    expect(classesOf(again, BATCH)).toEqual(['neutrophil', 'lymphocyte', null]);
    again.reviews.redo(BATCH, 'Ben');
    expect(classesOf(again, BATCH)).toEqual(['monocyte', 'lymphocyte', 'monocyte']);
    again.reviews.decide(BATCH, [second], { kind: 'confirm' }, 'Ben');
    expect(again.reviews.can(BATCH)).toEqual({ canUndo: true, canRedo: false });
    expect(
      again.reviews
        .history(first)
        .map(({ who, action, fromClassId, toClassId }) => [who, action, fromClassId, toClassId]),
    ).toEqual([
      ['Ada', 'correct', 'neutrophil', 'monocyte'],
      ['Ben', 'undo', 'monocyte', 'neutrophil'],
      ['Ben', 'redo', 'neutrophil', 'monocyte'],
    ]);
    again.close();
  });

  it('is a correction only where the person’s class is not the model’s own, by whatever way it was reached', async () => {
    const { workspace, cells } = withCells(await temporaryFolder(), ['neutrophil', null]);
    const [sure, doubtful] = cells;
    if (sure === undefined || doubtful === undefined) throw new Error('two cells');
    const { reviews } = workspace;
    const statusAfter = (cell: CellId, decision: ReviewDecision): string | undefined => {
      reviews.decide(BATCH, [cell], decision, 'Ada');
      return workspace.cells.byIds([cell])[0]?.status;
    };
    expect(
      [
        { kind: 'class', classId: 'monocyte' } as const,
        { kind: 'confirm' } as const,
        { kind: 'class', classId: 'neutrophil' } as const,
        { kind: 'unidentified' } as const,
        { kind: 'class', classId: 'neutrophil' } as const,
      ].map((decision) => statusAfter(sure, decision)),
    ).toEqual(['corrected', 'corrected', 'confirmed', 'corrected', 'confirmed']);
    expect(
      [{ kind: 'class', classId: 'monocyte' } as const, { kind: 'unidentified' } as const].map((decision) =>
        statusAfter(doubtful, decision),
      ),
    ).toEqual(['corrected', 'confirmed']);
    reviews.undo(BATCH, 'Ada');
    reviews.undo(BATCH, 'Ada');
    expect(workspace.cells.byIds([doubtful])[0]?.status).toBe('unidentified');
    workspace.close();
  });

  it('changes a cell once, however often it is named', async () => {
    const { workspace, cells } = withCells(await temporaryFolder(), ['neutrophil']);
    const [cell] = cells;
    if (cell === undefined) throw new Error('one cell');
    expect(workspace.reviews.decide(BATCH, [cell, cell], { kind: 'unidentified' }, 'Ada')).toEqual([cell]);
    expect(workspace.reviews.history(cell)).toHaveLength(1);
    workspace.close();
  });

  it('confirms nothing that has no class', async () => {
    const { workspace, cells } = withCells(await temporaryFolder(), [null]);
    expect(workspace.reviews.decide(BATCH, cells, { kind: 'confirm' }, 'Ada')).toEqual([]);
    workspace.close();
  });

  it('moves the counts of its slide, before review and after', async () => {
    const { workspace, cells } = withCells(await temporaryFolder(), ['neutrophil', 'neutrophil', null]);
    workspace.reviews.decide(BATCH, cells.slice(2), { kind: 'class', classId: 'basophil' }, 'Ada');
    expect(workspace.slides.ofBatch(BATCH)[0]?.counts).toEqual({
      machine: { neutrophil: 2 },
      machineUnidentified: 1,
      reviewed: { neutrophil: 2, basophil: 1 },
      reviewedUnidentified: 0,
      unlike: { picture: 0, class: 0, swapped: 0, field: 0 },
      seen: 1,
    });
    workspace.close();
  });
});

it('slides of one inner folder name are told apart in lists and exports', async () => {
  const { workspace } = withCells(await temporaryFolder(), ['neutrophil', 'lymphocyte']);
  const { batches, slides, cells } = workspace;
  batches.addFiles(
    BATCH,
    ['/in/patient_A/cells', '/in/patient_B/cells'].map((folder) => ({
      path: `${folder}/1.jpg`,
      label: `${folder.slice(1)}/1.jpg`,
      folder,
      unreadable: null,
    })),
  );
  batches.setWalked(BATCH, []);
  expect(slides.ofBatch(BATCH).map(({ name }) => name)).toEqual(['s', 'patient_A/cells', 'patient_B/cells']);
  expect([...cells.records(BATCH, null)].map(({ slide }) => slide)).toEqual(['s', 's']);
  workspace.close();
});
