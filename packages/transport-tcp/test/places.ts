import type { TransportPlace } from "@quorate/core/testing/compliance";
import { onTestFinished } from "vitest";
import { startTcpTransport } from "../src/index.ts";

/** Processes on the loopback interface, which end with the test. */
export async function tcpPlace(queues: "roomy" | "short"): Promise<TransportPlace> {
  const limits = { redialMillisMin: 1, redialMillisMax: 8 };
  let lives = 0;
  return {
    start: async (at) => {
      const transport = await startTcpTransport({
        listen: at ?? ["http://127.0.0.1:0"],
        incarnation: ++lives,
        random: Math.random,
        log: { info: () => {}, warn: () => {} },
        limits: queues === "short" ? { ...limits, queueBytesMax: 100_000 } : limits,
      });
      onTestFinished(() => transport.close());
      const addresses = transport.addresses.map(({ host, port }) => `http://${host}:${port}`);
      return { transport, addresses, kill: () => transport.close() };
    },
  };
}
