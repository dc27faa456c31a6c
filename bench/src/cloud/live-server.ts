import { makeTestApi } from "@purrimeter/cloud-api/testing/test-api";
import { makeTestCertificates } from "@purrimeter/cloud-api/testing/test-certificates";
import { LiveStreams } from "@purrimeter/cloud-api/live-streams";
import { ClientAddresses } from "@purrimeter/service/client-address";
import { followCommits } from "@purrimeter/service/follow-commits";
import { PUBLIC_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import { sleep } from "@purrimeter/service/sleep";
import { systemTime } from "@purrimeter/service/system-time";
import { listenOnLoopback } from "@purrimeter/service/testing/listen-on-loopback";

// The API of the benchmark "live", a process of its own with the looks at real time. Arguments: accounts, URL of the process
// that commits or "poll".

const MAX_STREAMS = 2_000;

const [, , accounts = "1", commits = "poll"] = process.argv;
const api = await makeTestApi();
const live = new LiveStreams({
  arrivals: api.store.arrivals,
  maxStreams: MAX_STREAMS,
  pause: () => sleep(systemTime, 0),
  ended: api.ended,
  now: () => api.nowS,
  monotonicMs: () => systemTime.monotonicMs(),
  every: (periodMs, work) => systemTime.every(periodMs, work),
  onFailure: (error) => {
    throw error;
  },
});
const followed: { readonly tag: string; readonly token: string }[] = [];
for (let i = 0; i < Number(accounts); i++) {
  const owner = await api.owner();
  followed.push({ tag: await api.claimedTag(owner), token: owner.token });
}
const { cloudApi, authority } = makeTestCertificates();
const app = api.appWith({ live, addresses: new ClientAddresses(["127.0.0.1"]) });
const plenty = { burst: 1e6, perSecond: 1e6 };
const { port } = await listenOnLoopback(app.fetch, cloudApi, {
  limits: { ...PUBLIC_HTTP_LIMITS, accepts: plenty, acceptsPerAddress: plenty },
  isUncounted: () => true,
});
if (commits !== "poll") followCommits({ url: commits, time: systemTime, onCommit: () => void live.look() });
process.once("disconnect", () => process.exit());
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ type: "used", microseconds: user + system, bytes: process.memoryUsage().rss });
});
const { folder, databaseKey, ringKey } = api.place;
const place = { folder, databaseKey: databaseKey.toString("hex"), ringKey: ringKey.toString("hex") };
process.send?.({ type: "ready", port, authority, followed, place, nowS: api.nowS });
