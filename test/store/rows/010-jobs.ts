/** The run at work was asked to pause. */
export const jobRows = `
update run set stopping = 'pause' where state = 'running';
`;
