import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '#main/store/workspace';
import { STANDARD_CLASSES } from '#shared/domain/cellClass';
import { batchIdSchema, contentHashSchema, modelIdSchema } from '#shared/domain/ids';
import { SAMPLE_SLIDE } from './data';

const BATCH = batchIdSchema.parse('2f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');

/** Makes a workspace with one finished slide of so many cells: rows as a batch leaves them, pictures of the sample slide in turn. */
export function makeLargeSlide(folder: string, count: number): void {
  const workspace = openWorkspace(folder);
  const { batches, cells, database } = workspace;
  const pictures = readdirSync(SAMPLE_SLIDE);
  mkdirSync(join(workspace.images, 'sample'));
  for (const name of pictures) copyFileSync(join(SAMPLE_SLIDE, name), join(workspace.images, 'sample', name));
  database.transaction(() => {
    batches.create({
      id: BATCH,
      name: 'A large slide',
      createdAt: '2026-11-24T09:14:00.000Z',
      modelId: modelIdSchema.parse('starter'),
      views: 1,
      precision: null,
      sources: ['/scans'],
      shard: null,
    });
    batches.addFiles(
      BATCH,
      Array.from({ length: count }, (_, index) => ({
        path: `/scans/large/cell ${String(index).padStart(5, '0')}.jpg`,
        label: `scans/large/cell ${String(index).padStart(5, '0')}.jpg`,
        folder: '/scans/large',
        slideName: 'large',
        unreadable: null,
      })),
    );
    for (const { id } of batches.pending(BATCH, 0, count)) {
      const hash = contentHashSchema.parse(createHash('sha256').update(String(id)).digest('hex'));
      const confidence = ((id * 7919) % 10_000) / 10_000;
      const classId = STANDARD_CLASSES[id % STANDARD_CLASSES.length]?.id ?? 'neutrophil';
      cells.add({
        file: id,
        hash,
        stored: join('sample', pictures[id % pictures.length] ?? ''),
        bytes: 10_000,
        width: 360,
        height: 363,
        topClassId: classId,
        unfamiliar: false,
        confidence,
        classId: confidence < 0.02 ? null : classId,
        probabilities: new Float32Array(8).fill(1 / 8),
      });
      batches.setClassified(id, hash);
    }
    batches.setWalked(BATCH);
    batches.setState(BATCH, 'done');
  })();
  workspace.close();
}
