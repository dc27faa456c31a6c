import { describe, expect, test } from "vitest";
import { Destinations } from "./destinations.ts";
import { endpointUrl } from "./endpoint-url.ts";

const open = new Destinations([]);

/** What a person or an attacker may type; none of it may be dialled. */
const REFUSED = [
  "https://127.0.0.1/",
  "https://127.1/",
  "https://127.255.255.254/",
  "https://0/",
  "https://0.0.0.0/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0x7f.1/",
  "https://0177.0.0.1/",
  "https://127.0.0.1./",
  "https://①②⑦.0.0.1/",
  "https://169.254.169.254/latest/meta-data/",
  "https://0xa9fea9fe/",
  "https://10.0.0.1/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.0.1/",
  "https://100.64.0.1/",
  "https://100.127.255.255/",
  "https://192.0.0.170/",
  "https://192.88.99.1/",
  "https://198.18.0.1/",
  "https://224.0.0.1/",
  "https://239.255.255.250/",
  "https://255.255.255.255/",
  "https://[::1]/",
  "https://[::]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:a9fe:a9fe]/",
  "https://[::ffff:1.1.1.1]/",
  "https://[::127.0.0.1]/",
  "https://[::a9fe:a9fe]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[64:ff9b::a9fe:a9fe]/",
  "https://[64:ff9b:1::7f00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[2002:a9fe:a9fe::1]/",
  "https://[2001:0:7f00:1::]/",
  "https://[2001:db8::1]/",
  "https://[3fff::1]/",
  "https://[fe80::1]/",
  "https://[fec0::1]/",
  "https://[fc00::1]/",
  "https://[fd00:ec2::254]/",
  "https://[ff02::1]/",
  "https://[5f00::1]/",
  "https://[100::1]/",
  "http://example.org/",
  "HTTP://example.org/",
  "ftp://example.org/",
  "file:///etc/passwd",
  "gopher://example.org/",
  "javascript:alert(1)",
  "data:text/plain,x",
  "ws://example.org/",
  "unix:/run/docker.sock",
  "https://user@example.org/",
  "https://user:password@example.org/",
  "https://example.org:0/",
  "https://example.org:70000/",
  "https://",
  "https://./",
  "https://exa mple.org/",
  "https://[::1",
  "https://1.2.3.4.5/",
  "https://256.1.1.1/",
  "//example.org/",
  "example.org",
  "",
];

test("there are more than forty", () => expect(new Set(REFUSED).size).toBeGreaterThan(40));

test.each(REFUSED)("%s is refused before anything is looked up", (text) =>
  expect(endpointUrl(text, open)).toEqual({ refused: expect.stringMatching(/^the address /u) as string }),
);

test.each([
  "https://example.org/hook?x=1",
  "https://example.org:8443/hook",
  "https://1.1.1.1/",
  "https://[2606:4700::1111]/",
  "https://xn--bcher-kva.example/",
])("%s may be dialled", (text) => expect(endpointUrl(text, open)).toBeInstanceOf(URL));

describe("networks that the operator allows", () => {
  const allowing = new Destinations(["127.0.0.0/8", "fd00:1::/32"]);

  test.each(["https://127.0.0.1:1/", "https://127.9.9.9/", "https://[fd00:1::5]/"])("%s is one", (text) =>
    expect(endpointUrl(text, allowing)).toBeInstanceOf(URL),
  );

  test.each(["https://10.0.0.1/", "https://[::1]/", "https://[fd00:2::5]/", "https://169.254.169.254/"])(
    "%s is not",
    (text) => expect(endpointUrl(text, allowing)).not.toBeInstanceOf(URL),
  );

  test.each(["127.0.0.1", "127.0.0.0/33", "localhost/8", "10.0.0.0/", "::/129", "10.0.0.0/-1"])(
    "%s is no network",
    (text) => expect(() => new Destinations([text])).toThrow(RangeError),
  );
});
