/** CRC-32 of ISO-HDLC (reflected 0xEDB88320, as in Ethernet, gzip and PNG), by nibbles: 16 words instead of 256. */
const NIBBLES = [
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320,
  0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
];

/** CRC-32 of `bytes` from `start` up to, not including, `end`: 0 to 4,294,967,295. */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  for (let i = start; i < end; i++) {
    crc ^= bytes[i] as number;
    crc = (crc >>> 4) ^ (NIBBLES[crc & 15] as number);
    crc = (crc >>> 4) ^ (NIBBLES[crc & 15] as number);
  }
  return (crc ^ -1) >>> 0;
}
