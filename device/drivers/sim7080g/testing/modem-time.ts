/** Milliseconds since 1970 of "yy/MM/dd,hh:mm:ss+00", as AT+CCLK has it; 80 to 99 are years of the last century. */
export function modemTimeMs(text: string): number {
  const [year = NaN, ...rest] = text.slice(0, 17).split(/[/,:]/).map(Number);
  const [month = NaN, day = NaN, hours = NaN, minutes = NaN, seconds = NaN] = rest;
  return Date.UTC(year + (year < 80 ? 2000 : 1900), month - 1, day, hours, minutes, seconds);
}

/** The reverse of modemTimeMs; milliseconds are cut off. */
export function modemTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(2, 10).replaceAll("-", "/")},${iso.slice(11, 19)}+00`;
}
