import { connect } from "node:net";
import { expect, test } from "vitest";
import { startTcpTransport } from "../src/index.ts";
import { TestProcess } from "./test-process.ts";

test("a port in use and a URL that cannot be are refused by name", async () => {
  const { url } = await TestProcess.start();
  await expect(TestProcess.start({ listen: url })).rejects.toMatchObject({ code: "ERR_ADDRESS" });
  await expect(TestProcess.start({ listen: url })).rejects.toThrow(url);
  const options = { incarnation: 1, random: () => 0, log: { info: () => {}, warn: () => {} } };
  for (const bad of ["127.0.0.1:2380", "https://127.0.0.1:2380", "http://127.0.0.1"]) {
    await expect(startTcpTransport({ ...options, listen: [bad] })).rejects.toThrow(`"${bad}"`);
  }
  const taken = { ...options, listen: [url] };
  await expect(startTcpTransport(taken)).rejects.toThrow("stop it, or change the URL");
  const flag = startTcpTransport({ ...taken, listenFrom: "--listen" });
  await expect(flag).rejects.toThrow("stop it, or change --listen");
});

test("when one address cannot be listened on, the others are free again", async () => {
  const { url } = await TestProcess.start();
  const free = await TestProcess.start();
  await free.transport.close();
  const options = { incarnation: 1, random: () => 0, log: { info: () => {}, warn: () => {} } };
  await expect(startTcpTransport({ ...options, listen: [free.url, url] })).rejects.toThrow(url);
  await TestProcess.start({ listen: free.url });
});

test("closing ends every connection, also of those that have not said who they are", async () => {
  const process = await TestProcess.start();
  const socket = connect(process.port, "127.0.0.1");
  await new Promise((done) => socket.once("connect", done));
  const closed = new Promise((done) => socket.once("close", done).resume());
  socket.on("error", () => {});
  await process.transport.close();
  await closed;
});

test("a process takes part in a group once", async () => {
  const process = await TestProcess.start();
  const a = process.join("g", "a", {});
  expect(() => process.join("g", "b", {})).toThrow("this process is in group g already");
  a.leave();
  process.join("g", "b", {});
  a.leave();
  expect(() => process.join("g", "c", {})).toThrow("this process is in group g already");
});

test.each(["leave", "close"] as const)(
  "a member may %s from within what it is told, and hears nothing more",
  async (what) => {
    const [p, q] = [await TestProcess.start(), await TestProcess.start()];
    const told: string[] = [];
    const peers = new Map([["b", [q.url]]]);
    const over = new Promise<void>((done) => {
      const receiver = (act: () => void) => ({
        linkUp: () => {
          told.push("up");
          act();
        },
        linkDown: () => told.push("down"),
        receive: () => told.push("frame"),
      });
      const leave = (): void => {
        group.leave();
        done();
      };
      const close = (): void => void p.transport.close().then(done);
      const act = what === "leave" ? leave : close;
      const group = p.transport.join(
        { group: "g", cluster: "c1", self: "a" },
        peers,
        receiver(act),
      );
      p.transport.join(
        { group: "h", cluster: "c1", self: "a" },
        peers,
        receiver(() => {}),
      );
    });
    q.join("g", "b", { a: null });
    const other = q.join("h", "b", { a: null });
    await over;
    if (what === "leave") {
      await other.until("up a/1");
      other.send("a", "the other group goes on");
      await q.hasLogged("has left the group");
      expect(told.filter((each) => each !== "frame")).toEqual(["up", "up"]);
    } else expect(told).toEqual(["up"]);
  },
);
