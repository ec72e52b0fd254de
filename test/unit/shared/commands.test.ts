import { expect, it } from 'vitest';
import { COMMANDS, commandIdSchema } from '#shared/ipc/commands';

it('every command stands in the table once', () => {
  expect(COMMANDS.map((command) => command.id).sort()).toEqual([...commandIdSchema.options].sort());
});

it('no key means two things', () => {
  const keys = COMMANDS.flatMap((command) => command.keys.map((key) => key.toLowerCase()));
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});
