const SHARE = '{"value":0.5,"low":0.2,"high":0.8,"k":2,"n":4}';
const EVALUATION = `{"n":4,"classIds":["lymphocyte","neutrophil"],"accuracy":${SHARE},"balancedAccuracy":0.5,"perClass":[],"confusion":[[1,1],[1,1]],"ece":0.1,"threshold":0.8,"identified":${SHARE},"accuracyIdentified":${SHARE}}`;
const RECIPE =
  '{"kind":"quick","backbone":"efficientnet-lite0","inputSize":160,"views":2,"hidden":256,"epochs":30,"weightDecay":[0.01,1],"folds":3,"testShare":0.2,"validationShare":0.1,"targetError":0.01,"seed":7}';
const CARD = `{"formatVersion":1,"id":"lab-1","name":"Our lab","createdAt":"2026-11-24T09:30:00.000Z","recipe":${RECIPE},"classIds":["lymphocyte","neutrophil"],"backbone":{"name":"efficientnet-lite0","sha256":"${'e'.repeat(64)}"},"inputSize":160,"temperature":0.5,"threshold":0.8,"expectedError":0.01,"data":{"description":"Images in /lab","snapshotHash":"${'d'.repeat(64)}","perClass":{"lymphocyte":10,"neutrophil":10},"training":14,"validation":2,"test":4,"seed":7,"bySlide":false},"evaluation":${EVALUATION},"limits":[],"files":{}}`;

/** Rows of every table, as the program of this version writes them: one batch half way, its review, a model, its training, settings. */
export const foundationRows = `
insert into image values
  ('${'a'.repeat(64)}', 'aa/${'a'.repeat(64)}.jpg', 1000, 360, 363),
  ('${'b'.repeat(64)}', 'bb/${'b'.repeat(64)}.png', 2000, 80, 80);
insert into batch values
  ('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 'ward 3', '2026-11-24T09:00:00.000Z', 'lab-1', '["/ward 3"]', '1/2', 'failed',
   '{"code":"disk-full","message":"The disk is full.","hint":"Free some space."}', 1);
insert into slide values (1, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 'slide 1', '/ward 3/slide 1');
insert into batch_file values
  (1, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, '/ward 3/slide 1/1.jpg', 'ward 3/slide 1/1.jpg', 'classified', null, '${'a'.repeat(64)}'),
  (2, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, '/ward 3/slide 1/2.png', 'ward 3/slide 1/2.png', 'classified', null, '${'b'.repeat(64)}'),
  (3, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, '/ward 3/slide 1/3.jpg', 'ward 3/slide 1/3.jpg', 'duplicate', 'The same image as 1.jpg.', '${'a'.repeat(64)}'),
  (4, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, '/ward 3/slide 1/4.jpg', 'ward 3/slide 1/4.jpg', 'unreadable', 'The file is empty.', null),
  (5, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 1, '/ward 3/slide 1/5.jpg', 'ward 3/slide 1/5.jpg', 'pending', null, null);
insert into cell values
  (1, 1, 1, '${'a'.repeat(64)}', 'neutrophil', 0.75, null, x'0000803e0000403f', 'lymphocyte', 'corrected'),
  (2, 1, 2, '${'b'.repeat(64)}', 'lymphocyte', 0.75, 'lymphocyte', x'0000403f0000803e', 'lymphocyte', 'classified');
insert into review_change values
  (1, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', '2026-11-24T09:10:00.000Z', 'Ada', 'correct', null),
  (2, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', '2026-11-24T09:11:00.000Z', 'Ada', 'confirm', null),
  (3, '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', '2026-11-24T09:12:00.000Z', 'Ada', 'undo', 2);
insert into review_event values
  (1, 1, null, 'unidentified', 'lymphocyte', 'corrected'),
  (2, 2, 'lymphocyte', 'classified', 'lymphocyte', 'confirmed'),
  (3, 2, 'lymphocyte', 'confirmed', 'lymphocyte', 'classified');
insert into model values ('lab-1', '${CARD}', '2026-11-24T09:30:00.000Z');
insert into run (id, name, created_at, folder, recipe, state, failure, model_id, evaluation) values
  ('7a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 'Our lab', '2026-11-24T09:20:00.000Z', '/lab', '${RECIPE}', 'done', null, 'lab-1', '${EVALUATION}'),
  ('8a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 'Cut', '2026-11-24T09:21:00.000Z', '/lab', '${RECIPE}', 'running', null, null, null);
insert into setting values ('settings', '{"theme":"dark","reviewer":"Ada","cellSize":96,"welcomed":true}'), ('liveModel', 'lab-1');
`;
