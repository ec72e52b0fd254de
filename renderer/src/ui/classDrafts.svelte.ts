import { classDefinitionSchema, type CellRole, type ClassChange, type ClassDefinition } from '#shared/domain/cellClass';
import { changedClasses, classProblems, proposedClass } from '#shared/domain/changeClasses';

/** A class as it is being edited; its role may still have to be said. */
export interface ClassDraft extends Omit<ClassChange, 'role'> {
  role: CellRole | null;
}

/** Definitions of classes while a person edits them: those asked for, where there is none yet filled in up to the role. */
export class ClassDrafts {
  readonly #definitions: readonly ClassDefinition[];
  list = $state<ClassDraft[]>([]);

  constructor(definitions: readonly ClassDefinition[], ids: readonly string[]) {
    this.#definitions = definitions;
    for (const id of ids) this.add(id);
  }

  readonly changes = $derived(
    this.list.filter((draft) => {
      const before = this.#definitions.find(({ id }) => id === draft.id);
      return !before || FIELDS.some((field) => before[field] !== draft[field]);
    }),
  );

  /** Why they cannot be saved, a sentence each; none: they can. */
  readonly problems = $derived.by(() => {
    const unsaid = this.changes.filter(({ role }) => role === null);
    if (unsaid.length > 0) return unsaid.map(({ name }) => `Say what "${name}" counts as.`);
    const whole = changedClasses(this.#definitions, this.said());
    const malformed = whole.flatMap(
      (each) =>
        classDefinitionSchema.safeParse(each).error?.issues.map(({ message }) => `"${each.name}": ${message}`) ?? [],
    );
    return malformed.length > 0 ? malformed : classProblems(whole);
  });

  /** The changes whose role is said. */
  said(): ClassChange[] {
    return this.changes.flatMap(({ role, ...draft }) => (role === null ? [] : { ...draft, role }));
  }

  /** Classes that can be the parent of this one: of its role, and no subtypes themselves. */
  parentsFor(draft: ClassDraft): ClassDraft[] {
    const known = this.#definitions.filter(({ id }) => !this.list.some((each) => each.id === id));
    return [...known, ...this.list].filter(
      ({ id, role, parentId }) => id !== draft.id && role !== null && role === draft.role && parentId === null,
    );
  }

  /** Adds the class with this id, if it is not there yet. */
  add(id: string): void {
    if (this.list.some((draft) => draft.id === id)) return;
    const others = this.list.map(
      (draft, index) => ({ ...draft, role: draft.role ?? 'other', ...UNKNOWN, position: index }) as const,
    );
    const known = this.#definitions.filter((each) => !others.some((other) => other.id === each.id));
    const defined = this.#definitions.find((each) => each.id === id);
    this.list.push(defined ? { ...defined } : proposedClass(id, [...known, ...others]));
  }

  /** Whether its role is one of the eight that every laboratory reports, and fixed. */
  isFixed({ id }: ClassDraft): boolean {
    return this.#definitions.some((each) => each.id === id && each.origin === 'standard');
  }
}

const FIELDS = ['name', 'code', 'colour', 'role', 'parentId', 'key'] as const;
const UNKNOWN = { origin: 'own' } as const;
