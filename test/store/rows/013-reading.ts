/** A training that a person told which level of folders is the classes. */
export const readingRows = `
update run set reading = '{"joinClasses":true,"classLevel":2}' where name = 'Cut';
`;
