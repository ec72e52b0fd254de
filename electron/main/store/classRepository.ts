import { changedClasses, classProblems } from '#shared/domain/changeClasses';
import { CellClasses, classDefinitionSchema, type ClassChange, type ClassDefinition } from '#shared/domain/cellClass';
import { FailureError } from '#shared/domain/failure';
import type { Connection } from './database';

interface ClassRow {
  id: string;
  name: string;
  code: string;
  colour: string;
  role: string;
  parent_id: string | null;
  key: number | null;
  origin: string;
  position: number;
}

/** What the workspace says of classes. */
export class ClassRepository {
  readonly #database: Connection;

  constructor(database: Connection) {
    this.#database = database;
  }

  /** In report order. */
  list(): ClassDefinition[] {
    return this.#database
      .prepare<[], ClassRow>('select * from class_definition order by position')
      .all()
      .map(({ parent_id, ...row }) => classDefinitionSchema.parse({ ...row, parentId: parent_id }));
  }

  /** As they are now. */
  current(): CellClasses {
    return new CellClasses(this.list());
  }

  /** Changes classes, or adds them; gives all. FailureError `invalid-argument` where they could not be told apart, and nothing changes. */
  save(changes: readonly ClassChange[]): ClassDefinition[] {
    return this.#database.transaction(() => {
      const whole = changedClasses(this.list(), changes);
      const [problem] = classProblems(whole);
      if (problem !== undefined)
        throw new FailureError('invalid-argument', problem, 'Change that and try again; nothing was saved.');
      // All of them anew: two classes may have exchanged their codes, colours or keys. Nothing refers to these rows but they themselves.
      this.#database.exec('delete from class_definition');
      const insert = this.#database.prepare(
        `insert into class_definition (id, name, code, colour, role, parent_id, key, origin, position)
         values (@id, @name, @code, @colour, @role, @parentId, @key, @origin, @position)`,
      );
      for (const each of [...whole].sort((a, b) => Number(a.parentId !== null) - Number(b.parentId !== null)))
        insert.run(each);
      return whole;
    })();
  }
}
