/**
 * The password as it is compared and hashed: Unicode NFC, so that the same keys give the same bytes on every system
 * (SP 800-63B-4, 3.1.1.2). Nothing is trimmed or cut.
 */
export function normalisePassword(password: string): string {
  return password.normalize("NFC");
}
