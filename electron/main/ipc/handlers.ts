import type { DeviceReport } from '#shared/domain/device';
import type { Application } from '../application';
import type { Emit } from '../events';
import type { ReportFault } from '../faults';
import type { Resources } from '../resources';
import { appHandlers } from './appHandlers';
import { batchHandlers } from './batchHandlers';
import { classHandlers } from './classHandlers';
import type { Desktop } from './desktop';
import { exportHandlers } from './exportHandlers';
import { modelHandlers } from './modelHandlers';
import { reviewHandlers } from './reviewHandlers';
import type { CallHandlers } from './router';
import { trainingHandlers } from './trainingHandlers';

interface HandlerParts {
  readonly application: Application;
  readonly resources: Resources;
  readonly desktop: Desktop;
  readonly emit: Emit;
  readonly device: () => DeviceReport | null;
  readonly reportFault: ReportFault;
}

/** The answers to every call of the contract, a capability each. */
export function callHandlers({
  application,
  resources,
  desktop,
  emit,
  device,
  reportFault,
}: HandlerParts): CallHandlers {
  const { workspace, catalog } = application;
  return {
    ...appHandlers({ workspace, catalog, desktop, emit, device, reportFault }),
    ...classHandlers({ workspace, emit }),
    ...batchHandlers({ application, sampleSlide: resources.sampleSlide }),
    ...reviewHandlers({ workspace, catalog, emit }),
    ...exportHandlers({ workspace, catalog, desktop }),
    ...modelHandlers({ workspace, catalog, emit }),
    ...trainingHandlers({ application, pretrained: resources.pretrained }),
  };
}
