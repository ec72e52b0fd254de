import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FailureError, type Failure } from '#shared/domain/failure';
import { downloadKerasWeights } from '#models/pretrained/downloadKerasWeights';
import { loadKerasBackbone } from '#models/pretrained/kerasBackbone';
import { readKerasFile } from '#models/pretrained/readKerasFile';
import { temporaryFolder } from '../support/temporary';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';

/** Files with the layers of Keras' networks, all weights 0; and a few that are wrong. */
const MAKE_FILES = `
import os, sys
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '2'
import h5py, keras, numpy as np
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group
out = sys.argv[1] + '/'
for name in ('B0', 'B1', 'B2'):
    keras.backend.clear_session()
    model = getattr(keras.applications, 'EfficientNet' + name)(include_top=name == 'B1', weights=None, input_shape=None if name == 'B1' else (32, 32, 3))
    with h5py.File(out + name + '.h5', 'w') as file: save_weights_to_hdf5_group(file, model)
    if name == 'B0': model.save(out + 'whole.h5'); model.save_weights(out + 'new.weights.h5')
with h5py.File(out + 'B0.h5') as source, h5py.File(out + 'keras2.h5', 'w') as file:
    def copy(name, item):
        if isinstance(item, h5py.Dataset): file[name.replace('dwconv/kernel', 'dwconv/depthwise_kernel') + ':0'] = item[()]
    source.visititems(copy)
with h5py.File(out + 'B0.h5') as source, h5py.File(out + 'lacking.h5', 'w') as file:
    for name in source:
        if not name.startswith(('block5b', 'top_')): source.copy(name, file)
with h5py.File(out + 'B0.h5') as source, h5py.File(out + 'shape.h5', 'w') as file:
    for name in source: source.copy(name, file)
    del file['stem_bn/stem_bn/gamma']; file['stem_bn/stem_bn/gamma'] = np.zeros(16, np.float32)
with h5py.File(out + 'circle.h5', 'w') as file:
    group = file.create_group('a/b')
    for name in ('x', 'y'): group[name] = file['a']
with h5py.File(out + 'deep.h5', 'w') as file: file.create_group('/'.join('g' * 200))
with h5py.File(out + 'huge.h5', 'w') as file: file.create_dataset('a/kernel', (30000, 30000), 'float32', chunks=(100, 100))
with h5py.File(out + 'nan.h5', 'w') as file: file['a/kernel'] = np.array([1, np.nan], np.float32)
`;

let made: string;
beforeAll(() => {
  made = mkdtempSync(join(tmpdir(), 'smearscope-test-'));
  execFileSync(PYTHON, ['-c', MAKE_FILES, made], { stdio: 'pipe' });
  copyFileSync(join(made, 'B0.h5'), join(made, 'cut.h5'));
  truncateSync(join(made, 'cut.h5'), 1_000_000);
  writeFileSync(join(made, 'text.h5'), 'not found');
});
afterAll(() => {
  rmSync(made, { recursive: true, force: true });
});

describe('weights that Keras wrote are found by layer name', () => {
  it.each([
    ['as Keras 3 writes the published format', 'B0.h5', 'b0'],
    ['as Keras 2 named them, of which the published files are', 'keras2.h5', 'b0'],
    ['in a whole saved model', 'whole.h5', 'b0'],
    ['with the classifier, which is left out', 'B1.h5', 'b1'],
    ['for the widest', 'B2.h5', 'b2'],
  ] as const)('%s', async (_, file, variant) => {
    const { name, sha256, weights } = await loadKerasBackbone(join(made, file), variant);
    expect({ name, sha256 }).toEqual({
      name: `efficientnet-${variant}`,
      sha256: createHash('sha256')
        .update(readFileSync(join(made, file)))
        .digest('hex'),
    });
    // A kernel, gamma, beta, mean and variance a convolution and norm, two biases and kernels a gate, mean and variance of the input.
    const blocks = { b0: 16, b1: 23, b2: 23 }[variant];
    const expanded = blocks - { b0: 1, b1: 2, b2: 2 }[variant];
    expect(weights.size).toBe(2 + 2 * 5 + blocks * (2 * 5 + 4) + expanded * 5);
    expect(weights.get('block1a_dwconv/depthwise_kernel')?.shape).toEqual([3, 3, 32, 1]);
  });
});

describe('a file that does not fit is refused with what is wrong and what to do', () => {
  it.each([
    [
      'another network',
      'B2.h5',
      'b0',
      'model-mismatch',
      /B2\.h5 holds weights of EfficientNetB2, not of EfficientNetB0\./,
    ],
    [
      'a deeper network of the same width',
      'B1.h5',
      'b0',
      'model-mismatch',
      /holds weights of EfficientNetB1, not of EfficientNetB0\./,
    ],
    [
      'a shallower network of the same width',
      'B0.h5',
      'b1',
      'model-mismatch',
      /holds weights of EfficientNetB0, not of EfficientNetB1\./,
    ],
    ['one cut short', 'cut.h5', 'b0', 'model-invalid', /cut\.h5 is cut short\./],
    ['a web page saved in its place', 'text.h5', 'b0', 'model-invalid', /text\.h5 is no Keras \.h5 file\./],
    [
      'missing layers',
      'lacking.h5',
      'b0',
      'model-invalid',
      /lacking\.h5 does not fit EfficientNetB0: it lacks 24 weights, the first of which is "block5b_expand_conv\/kernel"\./,
    ],
    ['a weight of another shape', 'shape.h5', 'b0', 'model-invalid', /its "stem_bn\/gamma" is \[16\], not \[32\]\./],
    [
      'the format that names no layers',
      'new.weights.h5',
      'b0',
      'model-invalid',
      /new\.weights\.h5 is a \.weights\.h5 file of Keras 3, which names no layers\./,
    ],
    ['no file', 'nowhere.h5', 'b0', 'model-invalid', /nowhere\.h5 is not there/],
  ] as const)('%s', async (_, file, variant, code, message) => {
    const failure = await failureOf(loadKerasBackbone(join(made, file), variant));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(failure.hint).not.toBe('');
  });
});

describe('a file that would take all time or memory is refused at once', () => {
  it.each([
    ['whose links lead in a circle', 'circle.h5', 'has groups within groups without end'],
    ['whose groups are far too deep', 'deep.h5', 'has groups within groups without end'],
    ['that declares gigabytes and holds none', 'huge.h5', 'declares more weights than it holds'],
    ['with weights that are no numbers', 'nan.h5', 'that are no numbers'],
  ])('%s', async (_, file, because) => {
    await expect(readKerasFile(join(made, file))).rejects.toMatchObject({
      failure: { code: 'model-invalid', message: expect.stringContaining(because) as string },
    });
  });
});

describe('a download of published weights', () => {
  const body = Buffer.alloc(3_000_000, 7);
  const md5 = createHash('md5').update(body).digest('hex');

  it('is there only when it is whole and its MD5 is right', async () => {
    const folder = join(await temporaryFolder(), 'weights');
    const progress: number[] = [];
    const from = await serve((request, response) => {
      expect(request.url).toBe('/efficientnetb0_notop.h5');
      response.setHeader('content-length', body.length).end(body);
    });
    const onProgress = (bytes: number, total: number | null): void => {
      expect(total).toBe(body.length);
      progress.push(bytes);
    };
    const path = await downloadKerasWeights('b0', folder, { from, md5, onProgress });
    expect(readFileSync(path).equals(body)).toBe(true);
    expect(readdirSync(folder)).toEqual(['efficientnetb0_notop.h5']);
    expect(progress.at(-1)).toBe(body.length);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it.each([
    [
      'another file came',
      (_, response) => response.end(body),
      'model-invalid',
      /its MD5 is [0-9a-f]{32}, not 50bc09e76180e00e4465e1a485ddc09d/,
    ],
    ['the server has no such file', (_, response) => response.writeHead(404).end(), 'unavailable', /answer 404/],
    [
      'the connection breaks',
      (_, response) => {
        response.setHeader('content-length', body.length).write(body.subarray(0, 1_000_000), () => response.destroy());
      },
      'unavailable',
      /efficientnetb0_notop\.h5 cannot be reached/,
    ],
  ] satisfies [string, RequestListener, string, RegExp][])(
    'leaves nothing behind where %s',
    async (_, listener, code, message) => {
      const folder = await temporaryFolder();
      const failure = await failureOf(downloadKerasWeights('b0', folder, { from: await serve(listener) }));
      expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('says that there is no network, and what to do instead', async () => {
    const folder = await temporaryFolder();
    const failure = await failureOf(downloadKerasWeights('b2', folder, { from: 'http://127.0.0.1:1' }));
    expect(failure).toMatchObject({ code: 'unavailable', hint: expect.stringMatching(/another computer/) as string });
    expect(existsSync(join(folder, 'efficientnetb2_notop.h5'))).toBe(false);
  });

  it('can be stopped', async () => {
    const folder = await temporaryFolder();
    const stop = new AbortController();
    const from = await serve((_, response) => {
      response.setHeader('content-length', body.length).write(body.subarray(0, 1_000_000));
    });
    const onProgress = (): void => {
      stop.abort();
    };
    const failure = await failureOf(downloadKerasWeights('b1', folder, { from, signal: stop.signal, onProgress }));
    expect(failure.code).toBe('cancelled');
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('every weight of a file comes as Keras wrote it', async () => {
  const weights = await readKerasFile(join(made, 'B0.h5'));
  const read = `
import h5py, json, sys
names = {}
h5py.File(sys.argv[1]).visititems(lambda name, item: names.update({'/'.join(name.split('/')[-2:]): [list(item.shape), float(item[()].sum())]}) if isinstance(item, h5py.Dataset) and item.dtype == 'float32' else None)
print(json.dumps(names))`;
  const keras = JSON.parse(execFileSync(PYTHON, ['-c', read, join(made, 'B0.h5')], { encoding: 'utf8' })) as Record<
    string,
    [number[], number]
  >;
  expect([...weights.keys()].sort()).toEqual(Object.keys(keras).sort());
  for (const [name, { shape, data }] of weights) {
    expect(shape).toEqual(keras[name]?.[0]);
    expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(keras[name]?.[1] ?? NaN, 2);
  }
});

/** A server on this machine for one test; its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return `http://127.0.0.1:${String(address.port)}`;
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FailureError) return error.failure;
  throw new Error('no expected failure', { cause: error });
}
