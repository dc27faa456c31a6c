import { join } from "node:path";
import { findSecretFile, openSecretFolder, requirePrivateFolder } from "./secret-folder.ts";
import { secretSource, type SecretSource } from "./secret-source.ts";

/** Where files with secrets may lie. */
export interface SecretPlaces {
  /** The service's name: its folder below the system's. */
  readonly process: string;
  /** A folder that the configuration names: no other is looked at then. */
  readonly folder?: string | undefined;
  /** $CREDENTIALS_DIRECTORY, as systemd and `purrimeter start` set it. */
  readonly credentials?: string | undefined;
  /** Whether secrets that `purrimeter start` made for development are refused. */
  readonly refuseGenerated?: boolean | undefined;
  /** Where Docker and Kubernetes put files; /run/secrets by default. */
  readonly containerFolder?: string;
  /** Folder of the services' folders, each 0700; /etc/purrimeter/secrets by default. */
  readonly systemFolder?: string;
}

/**
 * Secrets as files: of the folder that the configuration names; otherwise of $CREDENTIALS_DIRECTORY, of /run/secrets, of
 * /etc/purrimeter/secrets/PROCESS (0700), in this order for every secret. One that is found and may not be used is a
 * fault, and the next place is not looked at.
 */
export function openSecretPlaces(places: SecretPlaces): SecretSource {
  const { folder, credentials, containerFolder = "/run/secrets" } = places;
  const refuseGenerated = places.refuseGenerated ?? false;
  if (folder !== undefined) return openSecretFolder(folder, { refuseGenerated });
  const own = join(places.systemFolder ?? "/etc/purrimeter/secrets", places.process);
  const all = [...(credentials === undefined ? [] : [credentials]), containerFolder, own];
  return secretSource(credentials ?? all.join(", "), (name) => {
    const given =
      credentials === undefined ? undefined : findSecretFile(credentials, name, { refuseGenerated });
    if (given !== undefined) return given;
    const mounted = findSecretFile(containerFolder, name, { readers: "container", refuseGenerated });
    if (mounted !== undefined) return mounted;
    requirePrivateFolder(own);
    return findSecretFile(own, name, { refuseGenerated });
  });
}
