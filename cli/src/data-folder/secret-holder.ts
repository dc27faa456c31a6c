/** A secret of a file's size. Holders that name the same object have copies of one value. */
export interface SecretSpec {
  /** The file's name. */
  readonly name: string;
  /** Makes the value for a data folder that has none yet. */
  readonly make: () => string;
}

/** Where a holder's secrets are looked for. */
export interface HolderName {
  /** Of its folder, and of its role in a Vault. */
  readonly name: string;
  /** Whether it uses the owners' keys, which a Vault has in an engine of their own. */
  readonly usesOwnerKeys: boolean;
}

/** A holder of a folder of secrets: a service, or the operator's own commands. */
export interface SecretHolder extends HolderName {
  readonly secrets: readonly SecretSpec[];
}

/** A service as the data folder knows it. */
export interface CertifiedService extends SecretHolder {
  /** Whether its certificate lets it call other services. */
  readonly callsServices: boolean;
}

/** Everybody for whom a data folder has secrets. */
export interface Holders {
  readonly services: readonly CertifiedService[];
  readonly operator: SecretHolder;
}

/** All holders of a data folder. */
export function allHolders({ services, operator }: Holders): readonly SecretHolder[] {
  return [...services, operator];
}
