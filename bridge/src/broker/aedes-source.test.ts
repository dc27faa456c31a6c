import { asUnixSeconds, type UnixSeconds } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import { createTestAuthority } from "../testing/test-authority.ts";
import { createAedesSource } from "./aedes-source.ts";
import { describeReportSourceContract } from "./report-source.contract.ts";

const now = () => asUnixSeconds(Math.floor(Date.now() / 1000)) ?? (0 as UnixSeconds);

describeReportSourceContract("Aedes in the process", async () => {
  const authority = await createTestAuthority();
  const ids = ["alf", "bea"];
  const issued = await authority.tags(ids);
  return {
    make: () =>
      createAedesSource({
        host: "127.0.0.1",
        port: 0,
        tls: authority.bridge,
        now,
        time: systemTime,
        onSecurityEvent: () => {},
      }),
    credentials: (tag) => {
      const credentials = issued[ids.indexOf(tag)];
      if (credentials === undefined) throw new Error(`${tag} has no certificate`);
      return credentials;
    },
    remove: () => authority.remove(),
  };
});
