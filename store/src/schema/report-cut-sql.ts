/** The table of deletions of the newest reports. */
export const REPORT_CUT_SQL = `
-- SQLite numbers the next row of report after the newest one that is left, so the numbers of deleted newest rows are given again.
-- newest: the newest that was left. Whoever remembers a later number reads on from there; of the last thousand deletions.
CREATE TABLE report_cut (id INTEGER PRIMARY KEY AUTOINCREMENT, newest INTEGER NOT NULL) STRICT;
CREATE TRIGGER report_cut_newest AFTER DELETE ON report
WHEN old.id > coalesce((SELECT max(id) FROM report), 0)
BEGIN
  INSERT INTO report_cut (newest) SELECT coalesce(max(id), 0) FROM report;
  DELETE FROM report_cut WHERE id <= (SELECT max(id) FROM report_cut) - 1000;
END;
`;
