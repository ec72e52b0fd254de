import type { Application } from '#main/application';
import type { ModelCard } from '#shared/domain/model';

/** Says on standard error which classes of a model count as nothing, because nobody said what they are, and how to say it. */
export function warnOfUnknownRoles({ workspace }: Application, card: ModelCard): void {
  const unknown = workspace.classes.current().undefinedAmong(card.classIds);
  if (unknown.length === 0) return;
  process.stderr.write(
    `It is not known what these classes of "${card.name}" count as: ${unknown.join(', ')}. Their cells are in no percentage of a differential.\n` +
      `Say it by: smearscope classes --workspace "${workspace.folder}" ${unknown.map((id) => `--set "${id}=white"`).join(' ')}\n`,
  );
}
