import {
  computeRequests,
  toComputeSchema,
  type ComputeMethod,
  type ComputeParams,
  type ComputeProgress,
  type ComputeResult,
  type FromCompute,
} from '#shared/compute/protocol';
import type { Precision } from '#shared/domain/precision';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { FailureError } from '#shared/domain/failure';
import { previewFiles } from '#models/augment/preview';
import { deviceReport } from '#models/backend/device';
import { isOutOfMemory } from '#models/backend/outOfMemory';
import { evaluateFiles } from '#models/evaluation/evaluateFiles';
import { layersOf } from '#models/architectures/network';
import { exportModel } from '#models/exchange/exportModel';
import { importModel } from '#models/exchange/importModel';
import { readCard } from '#models/files/modelFolder';
import { Classifier } from '#models/inference/classifier';
import { precisionHere } from '#models/inference/precision';
import { classifyFiles } from '#models/inference/classifyFiles';
import { decodeImage, encodePicture } from '#models/data/decode';
import { readImageFile } from '#models/data/readImageFile';
import { fit } from '#models/training/fit';
import { measureSpeed } from '#models/training/measureSpeed';
import { addReference } from '#models/training/addReference';
import { trainQuick } from '#models/training/quick';
import { DeviceTurns } from './deviceTurns';

type Send = (message: FromCompute) => void;

type Handlers = {
  readonly [M in ComputeMethod]: (
    params: ComputeParams<M>,
    progress: (value: ComputeProgress<M>) => void,
    signal: AbortSignal,
  ) => ComputeResult<M> | Promise<ComputeResult<M>>;
};

/** Answers the requests of main, one at a time on the device; pictures are made beside them. Knows nothing of Electron. */
export class ComputeHost {
  readonly #send: Send;
  readonly #pretrained: string;
  readonly #running = new Map<number, AbortController>();
  readonly #turns = new DeviceTurns();
  #classifier: { readonly folder: string; readonly views: Views; readonly classifier: Classifier } | null = null;

  /** `pretrained` is the folder of the published backbones. */
  constructor(send: Send, pretrained: string) {
    this.#send = send;
    this.#pretrained = pretrained;
  }

  readonly #handlers: Handlers = {
    device: () => deviceReport(),
    precision: async ({ modelFolder }) => precisionHere(await readCard(modelFolder)),
    classify: async ({ modelFolder, views, precision, imageStore, files }, onResults, signal) => {
      const classifier = await this.#open(modelFolder, views, precision);
      onResults([]);
      const graphMilliseconds = await classifyFiles({ classifier, imageStore, files, signal, onResults });
      return { graphMilliseconds, precision: classifier.precision };
    },
    trial: async ({ modelFolder, views, precision, path }, _progress, signal) => {
      const classifier = await this.#open(modelFolder, views, precision);
      const { inputSize } = classifier.card;
      const { pixels } = await readImageFile(path, (bytes) => decodeImage(bytes, inputSize), { signal });
      classifier.classify(pixels, 1);
      return null;
    },
    picture: ({ path, side }, _progress, signal) =>
      readImageFile(path, (bytes) => encodePicture(bytes, side), { signal }),
    augment: (params) => previewFiles(params),
    trainQuick: (params, tell, signal) =>
      trainQuick({ ...params, pretrained: this.#pretrained }, tell, signal, this.#turns.giveWay),
    train: (params, tell, signal) =>
      fit({ ...params, pretrained: this.#pretrained }, tell, signal, this.#turns.giveWay),
    measureSpeed: ({ recipe, classes }, _progress, signal) => measureSpeed(recipe, classes, signal),
    importModel: (params) => importModel({ ...params, pretrained: this.#pretrained }),
    addReference: (params, progress, signal) =>
      addReference({ ...params, pretrained: this.#pretrained }, progress, signal),
    exportModel: (params) => exportModel({ ...params, pretrained: this.#pretrained }),
    layers: ({ recipe, classes, stage }) => layersOf(recipe, classes, stage),
    evaluate: async ({ modelFolder, views, precision, files }, progress, signal) =>
      evaluateFiles(await this.#open(modelFolder, views, precision), files, progress, signal),
  };

  /** Takes a message of main; `onDispose` ends the process. */
  receive(message: unknown, onDispose: () => void): void {
    const parsed = toComputeSchema.parse(message);
    switch (parsed.kind) {
      case 'call':
        void this.#call(parsed.id, parsed.method, parsed.params);
        break;
      case 'cancel':
        this.#running.get(parsed.id)?.abort();
        break;
      case 'dispose':
        this.#classifier?.classifier.close();
        onDispose();
    }
  }

  async #call(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(id, controller);
    try {
      if (!isMethod(method)) throw new Error(`There is no request "${method}".`);
      const value = await this.#inTurn(method, () => this.#run(method, params, id, signal), signal);
      this.#send({ kind: 'result', id, value });
    } catch (error) {
      this.#send({ kind: 'failure', id, failure: this.#failureOf(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  async #run<M extends ComputeMethod>(
    method: M,
    params: unknown,
    id: number,
    signal: AbortSignal,
  ): Promise<ComputeResult<M>> {
    const progress = (value: ComputeProgress<M>): void => {
      this.#send({ kind: 'event', id, value });
    };
    const handler = this.#handlers[method];
    return handler(computeRequests[method].params.parse(params) as ComputeParams<M>, progress, signal);
  }

  /** All that uses the device is short beside a training, or somebody waits for it (a classification): it does not wait for one to end. */
  #inTurn(method: ComputeMethod, work: () => Promise<unknown>, signal: AbortSignal): Promise<unknown> {
    switch (method) {
      case 'picture':
      case 'device':
        return work();
      case 'train':
      case 'trainQuick':
        return this.#turns.takeTurn(work, signal);
      default:
        return this.#turns.overtake(work, signal);
    }
  }

  async #open(folder: string, views: Views, precision: Precision): Promise<Classifier> {
    const open = this.#classifier;
    if (open?.folder === folder && open.views === views && open.classifier.precision === precision)
      return open.classifier;
    open?.classifier.close();
    this.#classifier = null;
    const classifier = await Classifier.open(folder, this.#pretrained, { views, precision });
    this.#classifier = { folder, views, classifier };
    return classifier;
  }

  #failureOf(error: unknown): FailureError['failure'] {
    if (error instanceof FailureError) return error.failure;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#send({ kind: 'log', level: 'error', message: text });
    if (/ENOSPC|EDQUOT/.test(text)) {
      return {
        code: 'disk-full',
        message: 'The disk is full.',
        hint: 'Free some space, then try again: nothing was lost.',
      };
    }
    if (isOutOfMemory(error)) {
      return {
        code: 'out-of-memory',
        message: 'The device ran out of memory.',
        hint: 'Close other programs, then try again.',
      };
    }
    const message = error instanceof Error ? error.message : String(error);
    return {
      code: 'unavailable',
      message: `The computation failed: ${message}`,
      hint: 'The log has the details. Try again; if it stays so, report it.',
    };
  }
}

function isMethod(method: string): method is ComputeMethod {
  return method in computeRequests;
}
