import { gauge, type Family } from "./family.ts";

/** What Node's own memory is taken by, and which Node it is. */
export function heapFamilies(): readonly Family[] {
  const { heapTotal, heapUsed, external } = process.memoryUsage();
  const { version } = process;
  return [
    gauge("nodejs_heap_size_total_bytes", "Bytes that the JavaScript heap has.", heapTotal),
    gauge("nodejs_heap_size_used_bytes", "Bytes of the JavaScript heap in use.", heapUsed),
    gauge(
      "nodejs_external_memory_bytes",
      "Bytes outside the JavaScript heap that its objects hold, buffers among them.",
      external,
    ),
    gauge("nodejs_version_info", "The version of Node, as a label.", [
      { labels: { version }, value: 1 },
    ]),
  ];
}
