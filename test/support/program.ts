import { resolve } from 'node:path';
import { Application } from '#main/application';
import { forkCompute } from '#main/compute/launchFork';
import type { LaunchCompute } from '#main/compute/supervisor';
import { resourcesIn } from '#main/resources';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { fitRecipeSchema, type FitRecipe } from '#shared/domain/recipe';

/** The program on a workspace, without a window; `hear` is told what happens in it. */
export function openProgram(
  workspaceFolder: string,
  hear: (name: string, value: unknown) => void = () => undefined,
  wrap = (launch: LaunchCompute): LaunchCompute => launch,
): Application {
  const resources = resourcesIn(resolve('.'));
  return new Application({
    workspaceFolder,
    resources,
    launchCompute: ({ log }) => wrap(forkCompute(resources.computeEntry, resources.pretrained, log)),
    emit: hear,
  });
}

/** A small network, trained for some epochs. */
export function smallRecipe(epochs: number): FitRecipe {
  const base = fitRecipeSchema.parse(defaultRecipe('scratch'));
  const stages = base.stages.map((stage) => ({ ...stage, epochs, batch: 8 }));
  return fitRecipeSchema.parse({ ...base, network: 'small-plain', workingSize: 32, inputSize: 32, stages });
}
