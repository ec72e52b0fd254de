import type { exportCalls } from '#shared/ipc/calls/export';
import type { ModelCatalog } from '../modelCatalog';
import { writeExport } from '../report/export';
import type { Workspace } from '../store/workspace';
import type { Desktop } from './desktop';
import type { HandlersOf } from './router';

export interface ExportHandlerParts {
  readonly workspace: Workspace;
  readonly catalog: ModelCatalog;
  readonly desktop: Desktop;
}

/** Results for other programs. */
export function exportHandlers({ workspace, catalog, desktop }: ExportHandlerParts): HandlersOf<typeof exportCalls> {
  return {
    'export.save': async ({ batchId, what, format, csvStyle, slideId }) => {
      const batch = workspace.batches.existing(batchId);
      const path = await desktop.pickSavePath(`${batch.name} ${what}.${format}`.replace(/[\\/:*?"<>|]/g, '-'), format);
      if (path === null) return null;
      await writeExport({
        workspace,
        card: catalog.get(batch.modelId).card,
        batch,
        what,
        format,
        csvStyle,
        slideId,
        path,
      });
      return path;
    },
  };
}
