import { describeLinkCipherContract } from "@purrimeter/protocol/testing/link-cipher-contract";
import { EspruinoCipher } from "./espruino-cipher.ts";
import { nodeCrypto } from "./testing/node-crypto.ts";

describeLinkCipherContract("Espruino", new EspruinoCipher(nodeCrypto));
