import type { Application } from '#main/application';
import { cellRoleSchema, type CellClass, type ClassChange, type ClassDefinition } from '#shared/domain/cellClass';
import { proposedClass, ROLE_NAMES } from '#shared/domain/changeClasses';
import { FailureError } from '#shared/domain/failure';
import { EXIT } from '../exit';
import { openHeadless } from '../headless';
import { collect, workspaceOption, type AddCommand, type InWorkspace } from '../options';

/** Adds the command `classes`. */
export const addClasses: AddCommand = (root) => {
  root
    .command('classes')
    .description('what the classes of the workspace and its models count as')
    .option(...workspaceOption)
    .option(
      '--set <class=role>',
      `say what a class counts as: ${cellRoleSchema.options.join(', ')}, or the class that it is a subtype of; may be given several times`,
      collect,
      [],
    )
    .option('--json', 'print as JSON')
    .action(async (options: Parameters<typeof listClasses>[0]) => {
      process.exitCode = await listClasses(options);
    });
};

async function listClasses(
  options: InWorkspace & { readonly set: readonly string[]; readonly json?: boolean },
): Promise<number> {
  const application = await openHeadless(options.workspace, () => undefined);
  try {
    const { classes } = application.workspace;
    // One after the other: a later one may be a subtype of an earlier one, and has another colour.
    application.workspace.database.transaction(() => {
      for (const text of options.set) classes.save([changeOf(text, classes.list())]);
    })();
    const definitions = classes.list();
    const roleNotKnown = unknownOf(application);
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify({ classes: definitions, roleNotKnown }, null, 2)}\n`);
    } else {
      for (const each of definitions) process.stdout.write(lineOf(each, classes.current().of(each.parentId ?? '')));
      for (const { id, models } of roleNotKnown) process.stdout.write(`role not known: ${id} (${models.join(', ')})\n`);
    }
    return EXIT.done;
  } finally {
    await application.close();
  }
}

/** The classes of models that have no definition. */
function unknownOf({ catalog, workspace }: Application): { id: string; models: string[] }[] {
  const cards = catalog.list().map(({ card }) => card);
  const ids = workspace.classes.current().undefinedAmong(cards.flatMap(({ classIds }) => classIds));
  return ids.map((id) => ({
    id,
    models: cards.filter(({ classIds }) => classIds.includes(id)).map((card) => card.id),
  }));
}

function changeOf(text: string, definitions: readonly ClassDefinition[]): ClassChange {
  const at = text.lastIndexOf('=');
  const [id, meaning] = [text.slice(0, at), text.slice(at + 1)];
  const role = cellRoleSchema.safeParse(meaning);
  const parent = definitions.find((each) => each.id === meaning);
  if (at < 1 || (!role.success && !parent)) {
    throw new FailureError(
      'invalid-argument',
      `"${text}" does not say what a class counts as.`,
      `Write class=role with one of ${cellRoleSchema.options.join(', ')}, or class=parent with one of ${definitions.map((each) => each.id).join(', ')}.`,
    );
  }
  const known = definitions.find((each) => each.id === id) ?? proposedClass(id, definitions);
  return role.success
    ? { ...known, role: role.data, parentId: null }
    : { ...known, role: parent?.role ?? 'other', parentId: parent?.id ?? null };
}

function lineOf({ key, code, name, id, role, parentId }: ClassDefinition, parent: CellClass): string {
  const meaning = parentId === null ? ROLE_NAMES[role] : `${ROLE_NAMES[role]}, subtype of ${parent.name.toLowerCase()}`;
  return `${key === null ? ' ' : String(key)} ${code.padEnd(6)} ${name.padEnd(22)} ${id.padEnd(20)} ${meaning}\n`;
}
