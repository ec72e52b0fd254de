/** The second cell is unlike what its model learned from, for both reasons. */
export const unlikeRows = `
update cell set unlike = '["picture","class"]' where id = 2;
`;
