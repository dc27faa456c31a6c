/** Where a process finds its secrets: files as systemd, Docker and Kubernetes hand them over; Vault may follow. */
export interface SecretSource {
  /** The secret's bytes as they are. Throws SecretError when there is none that may be used. */
  read(name: string): Buffer;
  /** A 32-byte key kept as 64 hex digits, blanks at the ends aside. Throws SecretError for anything else. */
  readKey(name: string): Buffer;
}

/** Why a secret cannot be used. The message names the secret and the folder, never the content. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

/** Secrets as files of one folder, $CREDENTIALS_DIRECTORY in services. Refuses files that others may read. */
export declare function openSecretFolder(folder: string): SecretSource;
