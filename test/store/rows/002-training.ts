const METRICS =
  '{"epoch":1,"stage":"all layers","step":2,"loss":1.5,"accuracy":0.5,"validationLoss":1.25,"validationAccuracy":0.5,"learningRate":0.001,"seconds":2,"imagesPerSecond":7,"memoryBytes":1000}';

/** A training that was cut after its first epoch. */
export const trainingRows = `
insert into epoch values ('8a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, 2, '${METRICS}');
insert into step values
  ('8a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, 1.75, 0.25, 0.001),
  ('8a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 2, 1.25, 0.75, 0.001);
insert into checkpoint values ('8a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, 'stage-0-epoch-1.checkpoint', 100);
`;
