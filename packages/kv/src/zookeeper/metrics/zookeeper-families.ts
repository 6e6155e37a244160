import { gauge, type Descriptors, type Family } from "../../metrics/index.ts";
import type { ServerFacts } from "../facts/index.ts";
import { clientFamilies } from "./client-families.ts";
import { ensembleFamilies } from "./ensemble-families.ts";
import { treeFamilies } from "./tree-families.ts";

/** All that ZooKeeper has a name for and that has a meaning here; `mntr` tells the same. */
export function zookeeperFamilies(
  facts: ServerFacts,
  { open, limit }: Descriptors,
): readonly Family[] {
  return [
    ...clientFamilies(facts),
    ...treeFamilies(facts),
    ...ensembleFamilies(facts),
    gauge("open_file_descriptor_count", "File descriptors that the process has open.", open ?? []),
    gauge(
      "max_file_descriptor_count",
      "File descriptors that the process may have open.",
      limit ?? [],
    ),
  ];
}
