import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Assertion, Attestation } from "@purrimeter/auth-api/passkeys";

/** What `navigator.credentials.get()` gave, as the library reads it. */
export function asAssertion(sent: Assertion): AuthenticationResponseJSON {
  return withExtensionResults(sent) as AuthenticationResponseJSON;
}

/** What `navigator.credentials.create()` gave, as the library reads it. */
export function asAttestation(sent: Attestation): RegistrationResponseJSON {
  return withExtensionResults(sent) as RegistrationResponseJSON;
}

/** The library wants them, and the contract lets clients leave them out. */
function withExtensionResults(sent: Assertion | Attestation): object {
  return { ...sent, clientExtensionResults: sent.clientExtensionResults ?? {} };
}
