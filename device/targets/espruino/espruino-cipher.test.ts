import { describeLinkCipherContract } from "@purrimeter/protocol/link/link-cipher.contract";
import { EspruinoCipher } from "./espruino-cipher.ts";
import { nodeCrypto } from "./testing/node-crypto.ts";

describeLinkCipherContract("Espruino", new EspruinoCipher(nodeCrypto));
