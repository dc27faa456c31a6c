import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { JsonClient } from "./json-client.ts";
import { isPublicAddress, lookUpPublic, NOT_PUBLIC } from "./public-address.ts";

test.each(["1.1.1.1", "9.9.9.9", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"])(
  "%s is public",
  (address) => expect(isPublicAddress(address)).toBe(true),
);

test.each([
  ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"],
  ...["172.31.255.255", "192.168.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1"],
  ...["fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:1.1.1.1", "64:ff9b::7f00:1"],
  ...["2002:7f00:1::", "2001:db8::1", "localhost", "", "1.1.1.1.", "0x7f.1"],
])("%s is not", (address) => expect(isPublicAddress(address)).toBe(false));

test("a name that leads to this machine is refused before anything is connected", async () => {
  let connections = 0;
  const server = createServer().on("connection", () => connections++);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const limits = { time: new ManualTime(), deadlineMs: 30_000, maxAnswerBytes: 1_000 };
  const client = new JsonClient({ url: `http://localhost:${port}`, lookup: lookUpPublic, ...limits });
  const answer = await client.send({ method: "GET", path: "/" });
  expect(answer).toMatchObject({ kind: "unreachable", code: NOT_PUBLIC });
  expect(connections).toBe(0);
  server.close();
  client.close();
});
