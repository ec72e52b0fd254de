/** The second cell is unlike what its model learned from. */
export const unfamiliarRows = `
update cell set unfamiliar = 1 where id = 2;
`;
