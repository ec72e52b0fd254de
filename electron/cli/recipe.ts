import type { z } from 'zod';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { recipeKindSchema, recipeSchema, type Recipe } from '#shared/domain/recipe';
import { FailureError } from '#shared/domain/failure';

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
  const parsed = recipeSchema.safeParse(recipe, { error: wording });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
    throw new FailureError(
      'invalid-argument',
      `The recipe cannot be used.\n${problems.join('\n')}`,
      'Every setting has a default: leave it out, or choose a value within the limits.',
    );
  }
  return parsed.data;
}

/** What a setting may be, in words; where undefined, in zod's own. */
const wording: z.core.$ZodErrorMap = (issue) => {
  const given = JSON.stringify(issue.input);
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; it is ${TYPES[issue.expected] ?? issue.expected}`
        : `${given} is not ${TYPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return isObject(issue.input) || typeof issue.input === 'string'
        ? `it holds at least ${String(issue.minimum)}`
        : `${given} is too small: it is ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`;
    case 'too_big':
      return isObject(issue.input) || typeof issue.input === 'string'
        ? `it holds at most ${String(issue.maximum)}`
        : `${given} is too large: it is ${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}`;
    case 'invalid_value':
      return `${given} is none of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `it has no ${issue.keys.join(', ')}; another kind is given whole, as JSON: {"kind": "...", ...}`;
    default:
      return undefined;
  }
};

const TYPES: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list, as JSON: [...]',
  object: 'an object, as JSON: {...}',
};

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
  if (path[0] === 'kind')
    throw new FailureError('invalid-argument', 'The kind of a recipe is no setting.', 'Give it by --recipe.');
  let place = recipe;
  for (const [depth, key] of path.entries()) {
    if (!isObject(place) || !Object.keys(place).includes(key)) {
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
