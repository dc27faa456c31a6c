/** README.txt of an archive: for the owner, who need not be a programmer. */
export function archiveReadme(createdAt: string): string {
  return `This is all that Purrimeter has stored of you and your cats, as of ${createdAt}.

Where to look first
  tags/*/locations.gpx      where each tag was, for maps and GPS programs
  tags/*/locations.geojson  the same, for programs that read GeoJSON
  tags/*/locations.csv      the same, for a spreadsheet
  events.csv                when a cat came home or went out
  geofences.geojson         your geofences; a circle is its centre, with its radius in metres

For programs
  account/*.jsonl           your account, its sessions, passkeys, tokens and audit trail
  data/*.jsonl              tags, geofences, shares, transfers, events, reports that could not be read, totals of days whose
                            locations are deleted, how long you have locations kept, your language and time zone, what
                            finders wrote, and the audit trail of your tags
  data/alert*.jsonl         what you were told and where it was delivered; your rules and channels; muted tags
  data/command*.jsonl       commands to your tags and what the tags answered; data/lost-modes.jsonl: when a cat was lost
  tags/*/entries/*.jsonl    everything that a tag reported, a file for each month
  manifest.json             every file with its length and its SHA-256 hash

In .jsonl files every line is an object of JSON; times are seconds of UTC since 1970, places are degrees x 10,000,000.
A location that is suspect was stored but not believed; its word says why. What other people wrote about themselves, and
keys and passwords, are not in the archive.

"purrimeter import FILE --data FOLDER" reads the archive into another installation.
Keep this archive safe: it says where your cat lives, and that is your home.
`;
}
