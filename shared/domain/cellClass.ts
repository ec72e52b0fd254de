import { z } from 'zod';

/** What a class means for the differential: only white cells enter the denominator. */
export const cellRoleSchema = z.enum(['white', 'erythroblast', 'platelet', 'other']);

/** A class as the workspace defines it: a row, which can be renamed without touching anything that refers to it by its id. */
export const classDefinitionSchema = z.object({
  /** Folder name, CSV value and key in the database. */
  id: z.string().min(1).max(255),
  name: z.string().trim().min(1, 'A class needs a name.').max(60),
  /** Laboratory code, shown wherever the colour is. */
  code: z.string().regex(/^\S{1,6}$/, 'A code has 1 to 6 characters and no space.'),
  /** sRGB hex. */
  colour: z.string().regex(/^#[0-9A-F]{6}$/i, 'A colour is written #RRGGBB.'),
  role: cellRoleSchema,
  /** The class it is a subtype of, to whose cells its own are added up; null: none. */
  parentId: z.string().nullable(),
  /** The digit that sets it; null: it is set through the list of classes. */
  key: z.int().min(1).max(8).nullable(),
  /** One of the eight standard ones, one that came with the program for a person to assign, or the laboratory's own. */
  origin: z.enum(['standard', 'offered', 'own']),
  /** Its position in reports, from 0. */
  position: z.int().nonnegative(),
});

/** What a person says of a class; its origin and position are the program's. */
export const classChangeSchema = classDefinitionSchema.omit({ origin: true, position: true });

export type CellRole = z.infer<typeof cellRoleSchema>;
export type ClassDefinition = z.infer<typeof classDefinitionSchema>;
export type ClassChange = z.infer<typeof classChangeSchema>;

/** A class as it is shown. One that a model or a folder names and nobody defined has no role: it is not known what its cells count as. */
export type CellClass = Pick<ClassDefinition, 'id' | 'name' | 'code' | 'colour' | 'parentId' | 'key'> & {
  readonly role: CellRole | null;
};

/** Colour of a cell that has no class, and of a class that has no definition. */
export const UNIDENTIFIED_COLOUR = '#888888';

/** The classes that a workspace defines. */
export class CellClasses {
  /** In report order. */
  readonly definitions: readonly ClassDefinition[];
  readonly #byId: ReadonlyMap<string, ClassDefinition>;

  constructor(definitions: readonly ClassDefinition[]) {
    this.definitions = [...definitions].sort((a, b) => a.position - b.position);
    this.#byId = new Map(this.definitions.map((each) => [each.id, each]));
  }

  /** The class with this id; without a definition, named after the id and of no known role. */
  of(id: string): CellClass {
    return this.#byId.get(id) ?? undefinedClass(id);
  }

  /** The class that a class's cells are added up to: its parent, or itself. */
  rootOf({ id, parentId }: CellClass): string {
    return parentId ?? id;
  }

  /** Those of these ids that nobody defined, once each. */
  undefinedAmong(ids: Iterable<string>): string[] {
    return [...new Set(ids)].filter((id) => !this.#byId.has(id));
  }

  /** These classes once each, in report order; those without a definition after the others, by id. */
  inReportOrder(ids: Iterable<string>): CellClass[] {
    const wanted = new Set(ids);
    const others = this.undefinedAmong(wanted).sort((a, b) => (a < b ? -1 : 1));
    return [...this.definitions.filter(({ id }) => wanted.has(id)), ...others.map(undefinedClass)];
  }
}

/** The code ends in "?", so that it is never that of a definition which it resembles. */
function undefinedClass(id: string): CellClass {
  return {
    id,
    name: id.charAt(0).toUpperCase() + id.slice(1),
    code: `${id.slice(0, 4).toUpperCase()}?`,
    colour: UNIDENTIFIED_COLOUR,
    role: null,
    parentId: null,
    key: null,
  };
}
