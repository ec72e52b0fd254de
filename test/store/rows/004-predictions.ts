/** An image of the locked part of a training that is done, and a mistake of one that was cut. */
export const predictionRows = `
insert into prediction (run_id, epoch, path, hash, truth, predicted, probability) values
  ('7a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', null, 'lymphocyte/1.jpg', '${'a'.repeat(64)}', 'lymphocyte', 'neutrophil', 0.75),
  ('8a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, 'neutrophil/2.jpg', '${'b'.repeat(64)}', 'neutrophil', 'lymphocyte', 0.5);
`;
