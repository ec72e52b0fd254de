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
  /** What is not possible: a sentence each. Single numbers are checked by their fields. */
  readonly problems: readonly string[] = $derived(
    this.#checked.error?.issues.filter(({ code }) => code === 'custom').map(({ message }) => message) ?? [],
  );

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

  useNetwork(network: NetworkName): void {
    if (!this.fit) return;
    this.fit.network = network;
    this.fit.weights = network.startsWith('small-') || this.fit.kind === 'scratch' ? 'random' : 'published';
  }
}

function fitRecipe(kind: FitRecipe['kind']): FitRecipe {
  return fitRecipeSchema.parse(defaultRecipe(kind));
}
