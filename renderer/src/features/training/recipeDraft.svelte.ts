import { augmentationPipelineSchema, PIPELINES, type PipelineName } from '#shared/domain/augmentationPipeline';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import {
  fitRecipeSchema,
  quickRecipeSchema,
  recipeSchema,
  type FitRecipe,
  type NetworkName,
  type QuickRecipe,
  type Recipe,
  type RecipeKind,
} from '#shared/domain/recipe';
import type { z } from 'zod';
import { nameOfNumber } from './recipeText';

const PIPELINE_NAMES: readonly PipelineName[] = ['none', 'light', 'gentle', 'stains', 'base'];

/** The recipe of the next training while its numbers are edited. Each kind keeps its own numbers. */
export class RecipeDraft {
  kind = $state<RecipeKind>('quick');
  readonly quick: QuickRecipe = $state(quickRecipeSchema.parse({}));
  readonly #fits: Record<FitRecipe['kind'], FitRecipe> = $state({
    transfer: fitRecipe('transfer'),
    'fine-tune': fitRecipe('fine-tune'),
    scratch: fitRecipe('scratch'),
    best: fitRecipe('best'),
  });
  /** Networks whose weights come with the program. */
  #published = $state.raw<readonly NetworkName[]>([]);

  /** What is edited, unless it is quick. */
  readonly fit: FitRecipe | null = $derived(this.kind === 'quick' ? null : this.#fits[this.kind]);
  readonly edited: Recipe = $derived(this.fit ?? this.quick);
  readonly #checked = $derived(recipeSchema.safeParse($state.snapshot(this.edited)));
  /** The recipe, once every number in it is possible and its weights are there. */
  readonly recipe: Recipe | null = $derived(this.#checked.success && !this.lacksWeights ? this.#checked.data : null);
  /** What is not possible: a sentence each. A field without a number says so itself. */
  readonly problems: readonly string[] = $derived([
    ...new Set(this.#checked.error?.issues.flatMap((issue) => problemOf(issue) ?? [])),
  ]);
  /** The named pipeline that the recipe augments with; null for one of the user's own. */
  readonly augmentation: PipelineName | null = $derived.by(() => {
    const own = JSON.stringify(this.fit?.augmentation);
    return PIPELINE_NAMES.find((name) => JSON.stringify(PIPELINES[name]) === own) ?? null;
  });

  /** Whether the network's weights still have to be chosen from a file. */
  get lacksWeights(): boolean {
    return this.fit?.weights === 'published' && !this.#published.includes(this.fit.network);
  }

  comesWithProgram(network: NetworkName): boolean {
    return network.startsWith('small-') || this.#published.includes(network);
  }

  /** Takes what comes with the program: a recipe whose network does not begins with one that does. */
  takePublished(published: readonly NetworkName[]): void {
    this.#published = published;
    const [first] = published;
    if (first === undefined) return;
    for (const fit of Object.values(this.#fits)) {
      if (fit.weights === 'published' && !published.includes(fit.network)) fit.network = first;
    }
  }

  /** The label of a field of a stage: those of several stages are told apart by its number. */
  labelIn(stage: number, text: string): string {
    return this.fit?.stages.length === 1 ? text : `${text}, stage ${String(stage + 1)}`;
  }

  augment(name: PipelineName): void {
    if (this.fit) this.fit.augmentation = augmentationPipelineSchema.parse(PIPELINES[name]);
  }

  useNetwork(network: NetworkName): void {
    if (!this.fit) return;
    this.fit.network = network;
    this.fit.weights = network.startsWith('small-') || this.fit.kind === 'scratch' ? 'random' : 'published';
  }
}

/** What a schema has against a recipe, in words; null where a field lacks its number. */
function problemOf({ code, path, message }: z.core.$ZodIssue): string | null {
  if (code === 'custom') return message;
  const isOfList = typeof path.at(-1) === 'number';
  if (code === 'invalid_type' && message.includes('NaN'))
    return isOfList ? `${nameOfNumber(path)}: numbers with a comma between them.` : null;
  return `${nameOfNumber(path)}: ${message.charAt(0).toLowerCase()}${message.slice(1).replace(':', ',')}.`;
}

function fitRecipe(kind: FitRecipe['kind']): FitRecipe {
  return fitRecipeSchema.parse(defaultRecipe(kind));
}
