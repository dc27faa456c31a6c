const DAY_S = 86_400;
/** The first year to believe: a modem whose time was never set reports 1970, 1980 or 2004. */
const PLAUSIBLE_YEAR = 26;

/** "yy/MM/dd,hh:mm:ss+00" of seconds since 1970, as AT+CCLK takes it; years 2000 to 2099. */
export function clockText(utcS: number): string {
  const days = Math.floor(utcS / DAY_S);
  const rest = utcS - days * DAY_S;
  return `${dateText(days)},${two(Math.floor(rest / 3_600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}+00`;
}

/** Whether the answer to AT+CCLK? is a time that was set. */
export function knowsTime(answer: string): boolean {
  const at = answer.indexOf('"');
  const year = at < 0 ? "" : answer.slice(at + 1, at + 3);
  return year.length === 2 && +year >= PLAUSIBLE_YEAR && +year < 70;
}

/** Civil date of days since 1970 (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"), for 2000 to 2099. */
function dateText(days: number): string {
  const z = days + 719_468 - 5 * 146_097;
  const yearOfEra = Math.floor((z - Math.floor(z / 1_460) + Math.floor(z / 36_524)) / 365);
  const dayOfYear = z - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return `${two((yearOfEra + (month <= 2 ? 1 : 0)) % 100)}/${two(month)}/${two(day)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
