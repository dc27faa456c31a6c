/** Of the answer that tells of commits. */
export const COMMITS_MEDIA_TYPE = "text/vnd.purrimeter.commits";
