/** The only way to ask for randomness, so that a whole system can run from one seed. */
export interface Random {
  /** So many bytes that nobody can guess. */
  bytes(count: number): Uint8Array;
}
