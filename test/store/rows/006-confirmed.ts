/** This version only mended what was written before. */
export const confirmedRows = '';
