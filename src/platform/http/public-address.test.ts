import { expect, test } from "bun:test";
import {
  guardedFetch,
  isPublicAddress,
  PrivateAddressError,
  publicAddresses,
} from "./public-address.ts";

const PUBLIC = "93.184.216.34";
const resolvesTo =
  (...addresses: string[]) =>
  async () =>
    addresses;

/** A `fetch` that records its target addresses. */
function recorder(answer = () => new Response("ok")) {
  const sent: { url: string; init: RequestInit }[] = [];
  return {
    sent,
    fetch: async (url: string, init: RequestInit) => {
      sent.push({ url, init });
      return answer();
    },
  };
}

test("private, loopback, link-local, metadata and reserved addresses are not public", () => {
  for (const address of [
    "127.0.0.1",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "fc00::1",
    "fe80::1",
    "fd00:ec2::254",
    "2002:7f00:1::",
    "2001:0:53aa::1",
    "2001:db8::1",
    "ff02::1",
    "not an address",
  ])
    expect(`${address} ${isPublicAddress(address)}`).toBe(`${address} false`);
  for (const address of [PUBLIC, "8.8.8.8", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
    expect(`${address} ${isPublicAddress(address)}`).toBe(`${address} true`);
});

test("an address that is not public is never called, however it is written", async () => {
  const { sent, fetch } = recorder();
  const guarded = guardedFetch(fetch, false, resolvesTo("127.0.0.1"));
  for (const host of [
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "169.254.169.254",
    "localhost",
    "localhost.",
    "innocent.example",
  ])
    await expect(guarded(`http://${host}/v1`, {})).rejects.toBeInstanceOf(PrivateAddressError);
  await expect(guarded("ftp://8.8.8.8/", {})).rejects.toBeInstanceOf(PrivateAddressError);
  await expect(guarded("file:///etc/passwd", {})).rejects.toBeInstanceOf(PrivateAddressError);
  expect(sent).toEqual([]);
});

test("a name is refused when any of its addresses is private, or when it has none", async () => {
  const { sent, fetch } = recorder();
  for (const resolve of [resolvesTo(PUBLIC, "10.0.0.1"), resolvesTo(PUBLIC, "::1"), resolvesTo()]) {
    const guarded = guardedFetch(fetch, false, resolve);
    await expect(guarded("https://mixed.example/", {})).rejects.toBeInstanceOf(PrivateAddressError);
  }
  expect(sent).toEqual([]);
});

test("the call goes to the address that was checked, under the requested host name", async () => {
  const { sent, fetch } = recorder();
  const answers = [["2606:4700::1111", PUBLIC], ["127.0.0.1"]];
  const guarded = guardedFetch(fetch, false, async () => answers.shift() ?? []);
  await guarded("https://api.example:8443/v1/messages?a=1", { headers: { "x-api-key": "k" } });
  expect(sent[0]?.url).toBe(`https://${PUBLIC}:8443/v1/messages?a=1`);
  const headers = new Headers(sent[0]?.init.headers);
  expect(headers.get("host")).toBe("api.example:8443");
  expect(headers.get("x-api-key")).toBe("k");
  expect(sent[0]?.init).toMatchObject({
    redirect: "manual",
    tls: { serverName: "api.example" },
  });
  // The name resolves differently now: the next call is checked again.
  await expect(guarded("https://api.example/", {})).rejects.toBeInstanceOf(PrivateAddressError);
});

test("a name with IPv6 addresses alone is called at the first of them", async () => {
  const { sent, fetch } = recorder();
  const guarded = guardedFetch(fetch, false, resolvesTo("2606:4700::1111", "2606:4700::1001"));
  await guarded("http://six.example/v1", {});
  expect(sent[0]?.url).toBe("http://[2606:4700::1111]/v1");
  expect(sent[0]?.init).not.toHaveProperty("tls");
});

test("an address in the URL is called over TLS without a name to expect", async () => {
  const { sent, fetch } = recorder();
  await guardedFetch(fetch, false, resolvesTo())("https://[2606:4700::1111]/v1", {});
  expect(sent[0]?.url).toBe("https://[2606:4700::1111]/v1");
  expect(sent[0]?.init).not.toHaveProperty("tls");
});

test("a name is resolved by the machine, with all its addresses", async () => {
  await expect(publicAddresses(new URL("http://localhost/"))).rejects.toBeInstanceOf(
    PrivateAddressError,
  );
});

test("where private addresses are allowed, the request is sent as it is", async () => {
  const { sent, fetch } = recorder();
  await guardedFetch(fetch, true)("http://127.0.0.1/v1", { method: "POST", body: "{}" });
  expect(sent).toEqual([
    { url: "http://127.0.0.1/v1", init: { method: "POST", body: "{}", redirect: "manual" } },
  ]);
});

test("redirects are not followed, whether private addresses are allowed or not", async () => {
  const target = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("inside") });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.redirect(`http://127.0.0.1:${target.port}/`),
  });
  try {
    const response = await guardedFetch(fetch, true)(`http://127.0.0.1:${server.port}/`, {});
    expect(response.status).toBe(302);
  } finally {
    await Promise.all([server.stop(true), target.stop(true)]);
  }
});
