import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { serveOperators } from "../../src/compose/serve-operators.ts";
import type { ClientPort } from "../../src/compose/serve-clients.ts";
import type { Route } from "../../src/http/index.ts";

const hello: Route = () => async () => ({ status: 200, type: "text/plain", body: "hello" });

async function serve(): Promise<ClientPort> {
  const port = await serveOperators({ host: "127.0.0.1", port: 0 }, "greetings", hello);
  onTestFinished(() => port.close(0));
  return port;
}

test("those above 64 who say nothing are not let in", async () => {
  const { address } = await serve();
  const { port } = new URL(address);
  const sockets = Array.from({ length: 80 }, () => connect(Number(port), "127.0.0.1").resume());
  let closed = 0;
  await new Promise<void>((done) => {
    for (const socket of sockets) {
      socket
        .on("error", () => {})
        .on("close", () => {
          if (++closed === 80 - 64) done();
        });
    }
  });
  for (const socket of sockets) socket.destroy();
  // Until the server has seen that they are gone.
  const ask = async () => (await fetch(address).catch(() => null))?.text() ?? null;
  let answer = await ask();
  while (answer === null) answer = await ask();
  expect(answer).toBe("hello");
});

test("a port in use is named, with what it was for", async () => {
  const { address } = await serve();
  const place = { host: "127.0.0.1", port: Number(new URL(address).port) };
  await expect(serveOperators(place, "greetings", hello)).rejects.toMatchObject({
    code: "ERR_ADDRESS",
    message: `cannot listen for greetings on 127.0.0.1:${place.port}: another process listens there; stop it or choose another port`,
  });
});

test("closing does not wait for who stays", async () => {
  const port = await serveOperators({ host: "127.0.0.1", port: 0 }, "greetings", hello);
  const socket = connect(Number(new URL(port.address).port), "127.0.0.1").resume();
  await new Promise((done) => socket.on("connect", done));
  const left = new Promise((done) => socket.on("error", () => {}).on("close", done));
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n");
  await port.close(10);
  await left;
});
