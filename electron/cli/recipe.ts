import { z } from 'zod';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { recipeKindSchema, recipeSchema, type Recipe } from '#shared/domain/recipe';
import { FailureError } from '#shared/ipc/failure';

/**
 * The recipe of a kind with settings, each written `path=value`: a path names a key of the recipe, `stages.0.epochs` one of a list or of an object within; a value is JSON, anything else text.
 * FailureError `invalid-argument` names the setting and what it may be.
 */
export function recipeOf(kind: string, settings: readonly string[]): Recipe {
  const known = recipeKindSchema.safeParse(kind);
  if (!known.success) {
    throw new FailureError(
      'invalid-argument',
      `There is no recipe "${kind}".`,
      `The recipes are ${recipeKindSchema.options.join(', ')}.`,
    );
  }
  const recipe: unknown = defaultRecipe(known.data);
  for (const setting of settings) change(recipe, setting);
  const parsed = recipeSchema.safeParse(recipe);
  if (!parsed.success) {
    throw new FailureError(
      'invalid-argument',
      `The recipe cannot be used:\n${z.prettifyError(parsed.error)}`,
      'Every other setting has a default: leave it out, or choose a value within the limits.',
    );
  }
  return parsed.data;
}

function change(recipe: unknown, setting: string): void {
  const at = setting.indexOf('=');
  if (at < 1) {
    throw new FailureError(
      'invalid-argument',
      `"${setting}" is no setting.`,
      'A setting is written key=value, such as --set views=4 or --set stages.0.epochs=20.',
    );
  }
  const path = setting.slice(0, at).split('.');
  let place = recipe;
  for (const [depth, key] of path.entries()) {
    if (!isObject(place) || !Object.hasOwn(place, key)) {
      const within = path.slice(0, depth).join('.');
      throw new FailureError(
        'invalid-argument',
        `There is no setting "${path.join('.')}".`,
        isObject(place)
          ? `The settings${within === '' ? '' : ` in ${within}`} are ${Object.keys(place).join(', ')}.`
          : `${within} holds one value.`,
      );
    }
    if (depth === path.length - 1) place[key] = valueOf(setting.slice(at + 1));
    else place = place[key];
  }
}

/** Objects and lists; both are read and changed by key. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Numbers, lists and objects are JSON; anything else is text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
