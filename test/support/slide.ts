import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '#main/store/workspace';
import { batchIdSchema, contentHashSchema, modelIdSchema } from '#shared/domain/ids';
import { SAMPLE_SLIDE } from './data';

const BATCH = batchIdSchema.parse('2f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');

/** What a model said of one cell; null: nothing sure. */
interface Said {
  readonly classId: string | null;
  readonly topClassId: string;
  readonly confidence: number;
}

/** Makes a workspace with finished slides of so many cells each: rows as a batch leaves them, pictures of the sample slide in turn. */
export function makeSlidesOf(
  folder: string,
  names: readonly string[],
  count: number,
  said: (id: number) => Said,
): void {
  const workspace = openWorkspace(folder);
  const { batches, cells, database } = workspace;
  const pictures = readdirSync(SAMPLE_SLIDE);
  mkdirSync(join(workspace.images, 'sample'));
  for (const picture of pictures) copyFileSync(join(SAMPLE_SLIDE, picture), join(workspace.images, 'sample', picture));
  database.transaction(() => {
    batches.create({
      id: BATCH,
      name: `A ${names.join(' and ')} slide`,
      createdAt: '2026-11-24T09:14:00.000Z',
      modelId: modelIdSchema.parse('starter'),
      views: 1,
      precision: null,
      sources: ['/scans'],
      shard: null,
    });
    batches.addFiles(
      BATCH,
      names.flatMap((name) =>
        Array.from({ length: count }, (_, index) => ({
          path: `/scans/${name}/cell ${String(index).padStart(5, '0')}.jpg`,
          label: `scans/${name}/cell ${String(index).padStart(5, '0')}.jpg`,
          folder: `/scans/${name}`,
          unreadable: null,
        })),
      ),
    );
    for (const { id } of batches.pending(BATCH, 0, count * names.length)) {
      const hash = contentHashSchema.parse(createHash('sha256').update(String(id)).digest('hex'));
      cells.add({
        file: id,
        hash,
        stored: join('sample', pictures[id % pictures.length] ?? ''),
        bytes: 10_000,
        width: 360,
        height: 363,
        unfamiliar: false,
        unlike: [],
        probabilities: new Float32Array(8).fill(1 / 8),
        ...said(id),
      });
      batches.setClassified(id, hash);
    }
    batches.setWalked(BATCH, []);
    batches.setState(BATCH, 'done');
  })();
  workspace.close();
}

/** A slide with so many cells of each class; those of the class '' are unidentified. */
export function makeSlide(folder: string, counts: Readonly<Record<string, number>>): void {
  const classIds = Object.entries(counts).flatMap(([classId, count]) => Array<string>(count).fill(classId));
  makeSlidesOf(folder, ['mixed'], classIds.length, (id) => {
    const classId = classIds[id - 1] ?? '';
    return {
      classId: classId === '' ? null : classId,
      topClassId: classId === '' ? 'neutrophil' : classId,
      confidence: classId === '' ? 0.3 : 0.6 + ((id * 37) % 39) / 100,
    };
  });
}
