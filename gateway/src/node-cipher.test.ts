import { describeLinkCipherContract } from "@purrimeter/protocol/link/link-cipher.contract";
import { nodeCipher } from "./node-cipher.ts";

describeLinkCipherContract("OpenSSL", nodeCipher);
