import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pipelineIn } from '../../../electron/cli/pipeline';
import { temporaryFolder } from '../../support/temporary';

it('a pipeline that an editor of Windows saved, with a byte order mark, is read', async () => {
  const path = join(await temporaryFolder(), 'pipeline.json');
  await writeFile(path, '\uFEFF{"steps": [{"when": "always", "augmentations": [{"kind": "rotation"}]}]}');
  expect((await pipelineIn(path)).steps).toHaveLength(1);
});
