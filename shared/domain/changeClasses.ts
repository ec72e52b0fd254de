import { CellClasses, UNIDENTIFIED_COLOUR, type CellRole, type ClassChange, type ClassDefinition } from './cellClass';
import { classKey, knownClass, knownNames } from './className';
import { freeColour } from './colour';
import { STANDARD_CLASSES } from './standardClasses';

/** The definitions after a person's changes: new classes come last, and a key moves to the class that was given it last. */
export function changedClasses(
  definitions: readonly ClassDefinition[],
  changes: readonly ClassChange[],
): ClassDefinition[] {
  const ids = new Set(changes.map(({ id }) => id));
  const keys = new Set(changes.flatMap(({ key }) => key ?? []));
  const changed = definitions.map((each) => {
    const change = changes.find(({ id }) => id === each.id);
    if (change) return { ...each, ...change };
    return each.key !== null && keys.has(each.key) ? { ...each, key: null } : each;
  });
  const known = new Set(definitions.map(({ id }) => id));
  const first = Math.max(-1, ...definitions.map(({ position }) => position)) + 1;
  const added = [...ids]
    .filter((id) => !known.has(id))
    .flatMap((id) => changes.find((change) => change.id === id) ?? [])
    .map((change, index): ClassDefinition => ({ ...change, origin: 'own', position: first + index }));
  return [...changed, ...added];
}

/** What keeps these definitions from being used together, a sentence each; none: they can be. */
export function classProblems(definitions: readonly ClassDefinition[]): string[] {
  const classes = new CellClasses(definitions);
  return [
    ...STANDARD_CLASSES.flatMap(({ id, name, role }) => {
      const own = classes.of(id);
      return own.role === role && own.parentId === null ? [] : [`What "${name}" counts as cannot be changed.`];
    }),
    ...shared(definitions, 'name', ({ name }) => classKey(name)),
    ...shared(definitions, 'code', ({ code }) => code.toLowerCase()),
    ...shared(definitions, 'colour', ({ colour }) => colour.toLowerCase()),
    ...shared(definitions, 'key', ({ key }) => key?.toString() ?? null),
    ...definitions.flatMap(({ name, role, parentId }) => {
      if (parentId === null) return [];
      const parent = classes.of(parentId);
      if (parent.role === null) return [`The class that "${name}" is a subtype of is not there.`];
      if (parent.parentId !== null) return [`"${parent.name}" is a subtype itself, and has none.`];
      return parent.role === role
        ? []
        : [`"${name}" counts as ${ROLE_NAMES[role]}, its parent "${parent.name}" does not.`];
    }),
  ];
}

/** What a class counts as, in words. */
export const ROLE_NAMES: Readonly<Record<CellRole, string>> = {
  white: 'white cell',
  erythroblast: 'erythroblast',
  platelet: 'platelet',
  other: 'other, outside the percentages',
};

/** What is filled in for a class that has no definition. */
export type ClassProposal = Omit<ClassChange, 'role'> & { readonly role: CellRole | null };

/**
 * A name and a code made of the id, and a colour that no other class has. The role is null, for a person to say, unless the id is a name of another class:
 * then it is a subtype of that one.
 */
export function proposedClass(id: string, definitions: readonly ClassDefinition[]): ClassProposal {
  const twin = definitions.find((each) => each.id === knownClass(id, knownNames(definitions)));
  const name = id.replace(/[_\s]+/gu, ' ').trim() || 'Class';
  const names = new Set(definitions.map((each) => classKey(each.name)));
  const codes = new Set(definitions.map((each) => classKey(each.code)));
  return {
    id,
    name: numbered(`${name.charAt(0).toUpperCase()}${name.slice(1)}`.slice(0, 50), ' ', names),
    code: numbered(
      name
        .replace(/[^\p{L}\p{N}]+/gu, '')
        .slice(0, 4)
        .toUpperCase() || 'X',
      '',
      codes,
    ),
    colour: freeColour([UNIDENTIFIED_COLOUR, ...definitions.map(({ colour }) => colour)]),
    role: twin?.role ?? null,
    parentId: twin ? (twin.parentId ?? twin.id) : null,
    key: null,
  };
}

/** A text with the first number after it that makes it differ from those taken. */
function numbered(text: string, between: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const whole = number === 1 ? text : `${text}${between}${String(number)}`;
    if (!taken.has(classKey(whole))) return whole;
  }
}

function shared(
  definitions: readonly ClassDefinition[],
  what: string,
  keyOf: (definition: ClassDefinition) => string | null,
): string[] {
  const first = new Map<string, ClassDefinition>();
  return definitions.flatMap((each) => {
    const key = keyOf(each);
    const other = key === null ? undefined : first.get(key);
    if (key !== null && !other) first.set(key, each);
    return other ? [`"${other.name}" and "${each.name}" have the same ${what}.`] : [];
  });
}
