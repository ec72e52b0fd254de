/** A NAS had put its thumbnails beside the images. */
export const passedOverRows = `
insert into passed_over (batch_id, what, reason, count, is_least)
  values ('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 'file in @eaDir', 'thumbnails of a NAS', 6, 0);
`;
