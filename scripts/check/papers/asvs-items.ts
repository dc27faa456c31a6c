import type { Breach } from "../breach.ts";

/** OWASP ASVS 5.0.0: items of levels 1 and 2 by section, each numbered from 1 (counted from the standard's CSV). */
const ITEMS: Readonly<Record<string, number>> = {
  ...{ "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2 },
  ...{ "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1 },
  ...{ "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2 },
  ...{ "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4 },
  ...{ "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3 },
  ...{ "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4 },
  ...{ "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2 },
  ...{ "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1 },
  ...{ "9.1": 3, "9.2": 4 },
  ...{ "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3 },
  ...{ "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1 },
  ...{ "12.1": 3, "12.2": 2, "12.3": 4 },
  ...{ "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5 },
  ...{ "14.1": 2, "14.2": 4, "14.3": 3 },
  ...{ "15.1": 3, "15.2": 3, "15.3": 7 },
  ...{ "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3 },
  ...{ "17.1": 1, "17.2": 4, "17.3": 2 },
};

/** Ids of all items: `1.1.1`. */
export const ASVS_ITEMS: readonly string[] = Object.entries(ITEMS).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
);

/** The paper has each item once, in the first cell of a row, which may name several. */
export function checkAsvsItems(paper: string, text: string): Breach[] {
  const named = text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => line.split("|")[1]?.match(/\d+\.\d+\.\d+/g) ?? []);
  const missing = ASVS_ITEMS.filter((item) => !named.includes(item));
  const more = named.filter((item, at) => !ASVS_ITEMS.includes(item) || named.indexOf(item) !== at);
  return [
    ...missing.map((item) => ({ where: paper, what: `says nothing of ${item}` })),
    ...more.map((item) => ({ where: paper, what: `names ${item} twice, or it is no item of level 2` })),
  ];
}
