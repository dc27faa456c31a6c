import { describeLinkCipherContract } from "@purrimeter/protocol/testing/link-cipher-contract";
import { nodeCipher } from "./node-cipher.ts";

describeLinkCipherContract("OpenSSL", nodeCipher);
