import { isQuorum } from "@quorate/core";
import { ZOOKEEPER_DEFAULTS } from "@quorate/kv";
import { describe, expect, test } from "vitest";
import { configurationOf, peerListenUrls } from "../../src/zookeeper/ensemble.ts";
import { FOUR_LETTER_WORDS } from "../../src/zookeeper/four-letter-words.ts";
import type { ZooSettings } from "../../src/zookeeper/zoo-settings.ts";
import { judge, judgeLines } from "./zoo-files.ts";

const LIMITS = ["initLimit=10", "syncLimit=5"];
const THREE = [...LIMITS, "server.1=a:2888:3888", "server.2=b:2888:3888", "server.3=c:2888:3888"];

/** Settings of lines in which nothing is wrong. */
function settings(lines: readonly string[], myid?: number): ZooSettings {
  const judged = judgeLines(lines, myid);
  expect(judged.problems).toEqual([]);
  if (judged.settings) return judged.settings;
  throw new Error("no settings and no problem");
}

describe("a server alone", () => {
  test("has ZooKeeper's defaults", () => {
    expect(settings([])).toEqual({
      directories: {
        dataDir: "/var/zk",
        logDir: "/var/zk",
        storageDir: "/var/zk/quorate",
      },
      client: { host: "0.0.0.0", port: 2181 },
      service: ZOOKEEPER_DEFAULTS,
      tickMs: 3000,
      minSessionMs: 6000,
      maxSessionMs: 60_000,
      snapCount: 100_000,
      initLimit: 10,
      syncLimit: 5,
      ensemble: { kind: "standalone", self: "1", server: null },
      quorumListenOnAllIPs: false,
    });
  });

  test("of ZooKeeper's sample file starts without a warning", () => {
    const text =
      "# The number of milliseconds of each tick\ntickTime=2000\ninitLimit=10\nsyncLimit=5\n" +
      "dataDir=/var/lib/zookeeper\nclientPort=2181\n#maxClientCnxns=60\n#autopurge.purgeInterval=1\n";
    expect(judge({ text })).toMatchObject({
      problems: [],
      warnings: [],
      settings: { tickMs: 2000, minSessionMs: 4000, maxSessionMs: 40_000 },
    });
  });

  test("is what a single server line makes, whatever myid says", () => {
    const alone = judge({ text: "dataDir=/d\nserver.7=h:2888:3888;2199", myid: 3 });
    expect(alone.problems).toEqual([]);
    expect(alone.settings).toMatchObject({
      client: { host: "0.0.0.0", port: 2199 },
      ensemble: { kind: "standalone", self: "7" },
    });
    expect(alone.warnings).toEqual([
      "/var/zk/myid: it says 3, but the only server is server.7: that counts",
    ]);
  });

  test("has its number from myid where there are no lines", () => {
    expect(settings([], 4).ensemble).toEqual({ kind: "standalone", self: "4", server: null });
  });

  test("listens for nobody and decides alone", () => {
    const { ensemble } = settings([]);
    expect(peerListenUrls(ensemble, true)).toEqual([]);
    expect(configurationOf(ensemble)).toEqual({
      members: [{ id: "1", addresses: [] }],
      quorum: { kind: "majority", voters: ["1"] },
    });
  });

  test("is an ensemble of one with standaloneEnabled=false", () => {
    const judged = judgeLines([...LIMITS, "standaloneEnabled=FALSE", "server.1=a:2888:3888"], 1);
    expect(judged.problems).toEqual([]);
    expect(judged.settings?.ensemble).toMatchObject({ kind: "replicated", self: "1" });
    expect(judged.warnings).toEqual([
      "zoo.cfg: a single voter tolerates no failure: an ensemble needs 3",
    ]);
  });
});

describe("an ensemble", () => {
  test("meets on the quorum ports, in the order of the numbers", () => {
    const { ensemble } = settings(
      [...LIMITS, "server.10=c:2889:3888", "server.2=[::1]:2888:3888", "server.3=b:2888:3888"],
      10,
    );
    expect(configurationOf(ensemble)).toEqual({
      members: [
        { id: "2", addresses: ["http://[::1]:2888"] },
        { id: "3", addresses: ["http://b:2888"] },
        { id: "10", addresses: ["http://c:2889"] },
      ],
      quorum: { kind: "majority", voters: ["2", "3", "10"] },
    });
    expect(peerListenUrls(ensemble, false)).toEqual(["http://c:2889"]);
    expect(peerListenUrls(ensemble, true)).toEqual(["http://0.0.0.0:2889"]);
  });

  test("has observers that are members without a vote", () => {
    const { quorum, members } = configurationOf(
      settings([...THREE, "server.4=d:2888:3888:observer"], 4).ensemble,
    );
    expect(members.map(({ id }) => id)).toEqual(["1", "2", "3", "4"]);
    expect(quorum).toEqual({ kind: "majority", voters: ["1", "2", "3"] });
  });

  test("reaches a server with several addresses by each of them", () => {
    const { ensemble } = settings([...THREE.slice(0, 4), "server.3=c:2888:3888|d:2889:3889"], 3);
    expect(configurationOf(ensemble).members[2]).toEqual({
      id: "3",
      addresses: ["http://c:2888", "http://d:2889"],
    });
    expect(peerListenUrls(ensemble, false)).toEqual(["http://c:2888", "http://d:2889"]);
  });

  test("decides by groups and weights as ZooKeeper's hierarchical quorums do", () => {
    const servers = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `server.${n}=h${n}:2888:3888`);
    const groups = ["group.2=4:5:6", "group.1=1:2:3", "group.3=7:8:9", "weight.7=0", "weight.1=3"];
    const { quorum } = configurationOf(settings([...LIMITS, ...servers, ...groups], 1).ensemble);
    expect(quorum).toEqual({
      kind: "weighted",
      groups: [
        [
          { id: "1", weight: 3 },
          { id: "2", weight: 1 },
          { id: "3", weight: 1 },
        ],
        [4, 5, 6].map((n) => ({ id: String(n), weight: 1 })),
        [
          { id: "7", weight: 0 },
          { id: "8", weight: 1 },
          { id: "9", weight: 1 },
        ],
      ],
    });
    const decides = (...ids: number[]): boolean =>
      isQuorum(quorum, (id) => ids.includes(Number(id)));
    expect(decides(1, 4, 5)).toBe(true);
    expect(decides(2, 3, 4, 5)).toBe(false);
    expect(decides(1, 7, 8)).toBe(false);
    expect(decides(1, 8, 9)).toBe(true);
  });

  test("may stand in a dynamic file", () => {
    const text = `dataDir=/d\ndynamicConfigFile=dynamic.cfg\n${LIMITS.join("\n")}`;
    const dynamic = "server.1=a:1:2;2181\nserver.2=b:1:2;2181\nserver.3=c:1:2;2181";
    const { settings: found, problems } = judge({ text, dynamic, myid: 2 });
    expect(problems).toEqual([]);
    expect(found).toMatchObject({
      client: { host: "0.0.0.0", port: 2181 },
      ensemble: { kind: "replicated", self: "2" },
    });
  });

  test("serves clients where the own line says, if the key agrees", () => {
    const lines = [...THREE.slice(0, 4), "server.3=c:2888:3888;10.0.0.3:2181"];
    expect(settings(lines, 3).client).toEqual({ host: "10.0.0.3", port: 2181 });
    expect(settings([...lines, "clientPortAddress=10.0.0.3"], 3).client).toEqual({
      host: "10.0.0.3",
      port: 2181,
    });
  });
});

test("four-letter words", () => {
  const words = (list: string): readonly string[] =>
    settings([`4lw.commands.whitelist=${list}`]).service.fourLetterWords;
  expect(words("stat, ruok,mntr,stat")).toEqual(["stat", "ruok", "mntr"]);
  expect(words("*")).toEqual(FOUR_LETTER_WORDS);
  expect(words("")).toEqual([]);
});

test("session timeouts and limits that are not set are ZooKeeper's", () => {
  expect(
    settings(["tickTime=100", "minSessionTimeout=-1", "maxSessionTimeout=5000"]),
  ).toMatchObject({ minSessionMs: 200, maxSessionMs: 5000 });
  expect(settings(["snapCount=2"]).snapCount).toBe(2);
});

/** The lines, this server's number, and all warnings. */
const WARNED: readonly (readonly [readonly string[], number | undefined, readonly string[]])[] = [
  [
    ["tickTime=1000", "tickTime=2000"],
    undefined,
    ["zoo.cfg:4: tickTime stands in zoo.cfg:3 too: the last one counts"],
  ],
  [
    ["tickTim=2000"],
    undefined,
    ["zoo.cfg:3: tickTim is no key of ZooKeeper's and has no effect: did you mean tickTime?"],
  ],
  [
    ["zookeeper.forceSync=yes", "my.own.key=1"],
    undefined,
    [
      "zoo.cfg:3: zookeeper.forceSync is no key of ZooKeeper's and has no effect: did you mean forceSync?",
      "zoo.cfg:4: my.own.key is no key of ZooKeeper's and has no effect",
    ],
  ],
  [
    ["ssl.keyStore.location=/k.pem", "ssl.quorum.clientAuth=none", "client.certReload=true"],
    undefined,
    [
      "zoo.cfg:4: ssl.quorum.clientAuth has no effect here: it has no effect without TLS between servers, which is not built yet",
      "zoo.cfg:3: ssl.keyStore.location has no effect without secureClientPort",
      "zoo.cfg:5: client.certReload has no effect without secureClientPort",
    ],
  ],
  [
    ["authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider"],
    undefined,
    [],
  ],
  [
    ["sslQuorum=False", "quorum.auth.enableSasl=false", "forceSync=yes", "maxCnxns=0"],
    undefined,
    [],
  ],
  [
    ["dataLogDir=log"],
    undefined,
    ["zoo.cfg:3: dataLogDir is relative: it is /home/zk/log when started from /home/zk"],
  ],
  [["dataLogDir=./log"], undefined, []],
  [
    ["4lw.commands.whitelist=mntt,ruok"],
    undefined,
    ['zoo.cfg:3: 4lw.commands.whitelist: "mntt" is no four-letter word: did you mean mntr?'],
  ],
  [THREE.slice(0, 4), 1, ["zoo.cfg: 2 voters tolerate no failure: an ensemble needs 3"]],
  [
    [...THREE, "server.4=d:2888:3888"],
    1,
    ["zoo.cfg: 4 voters tolerate no more failures than 3: choose an odd number"],
  ],
  [
    [...THREE.slice(0, 4), "server.256=c:2888:3888"],
    1,
    [
      "zoo.cfg:7: server.256: session ids have room for numbers up to 255: larger ones risk that two servers give out the same",
    ],
  ],
  [
    [...THREE, "server.4=d:2888:3888:observer", "peerType=participant"],
    4,
    [
      "zoo.cfg:9: peerType is participant, but by its server line this server is observer: the line counts",
    ],
  ],
  [[...THREE, "server.4=d:2888:3888:observer", "peerType=Observer"], 4, []],
];

describe("warned of", () => {
  test.each(WARNED)("%j as server %s", (lines, myid, warnings) => {
    expect(judgeLines(lines, myid)).toMatchObject({ problems: [], warnings });
  });
});

/** The lines, this server's number, and all problems. */
const REFUSED: readonly (readonly [readonly string[], number | undefined, readonly string[]])[] = [
  [
    ["tickTime=fast", "initLimit=0", "syncLimit=-5"],
    undefined,
    [
      'zoo.cfg:3: tickTime: "fast" is not a whole number of milliseconds from 1 to 2147483647',
      'zoo.cfg:4: initLimit: "0" is not a whole number of ticks from 1 to 2147483647',
      'zoo.cfg:5: syncLimit: "-5" is not a whole number of ticks from 1 to 2147483647',
    ],
  ],
  [
    ["clientPort=0"],
    undefined,
    ['zoo.cfg:3: clientPort: "0" is not a port: write a number from 1 to 65535'],
  ],
  [
    ["clientPortAddress=a b"],
    undefined,
    ['zoo.cfg:3: clientPortAddress: "a b" is not a host: write an address of this machine'],
  ],
  [
    ["standaloneEnabled=yes"],
    undefined,
    ['zoo.cfg:3: standaloneEnabled: "yes" is not one of true, false'],
  ],
  [
    ["peerType=leader", "electionAlg=0"],
    undefined,
    [
      'zoo.cfg:4: electionAlg: "0" is not 3, the only one that ZooKeeper still has',
      'zoo.cfg:3: peerType: "leader" is not one of participant, observer',
    ],
  ],
  [
    ["snapCount=1"],
    undefined,
    ['zoo.cfg:3: snapCount: "1" is not a whole number of writes from 2 to 1000000000'],
  ],
  [["dataLogDir="], undefined, ["zoo.cfg:3: dataLogDir: must name a directory"]],
  [
    ["minSessionTimeout=soon"],
    undefined,
    [
      'zoo.cfg:3: minSessionTimeout: "soon" is not a whole number of milliseconds from 1 to 2147483647',
    ],
  ],
  [
    ["maxSessionTimeout=10"],
    undefined,
    [
      "zoo.cfg:3: maxSessionTimeout: the shortest session, 6000 ms, is longer than the longest, 10 ms",
    ],
  ],
  [
    ["tickTime=1000000000"],
    undefined,
    [
      "zoo.cfg:3: tickTime: 20 ticks of 1000000000 ms are longer than 2147483647 ms: choose fewer or shorter ones",
    ],
  ],
  [
    ["a=\\u12"],
    undefined,
    ["zoo.cfg:3: a \\u must be followed by four hexadecimal digits: write \\\\ for a backslash"],
  ],
  [
    ["sslQuorum=true", "quorum.auth.enableSasl=true", "authProvider.1=x", "ssl.crl=true"],
    undefined,
    [
      "zoo.cfg:3: sslQuorum is not supported: TLS between servers is not built yet: use a private network and remove the key",
      "zoo.cfg:4: quorum.auth.enableSasl is not supported: SASL between servers is not built yet: use a private network and remove the key",
      "zoo.cfg:5: authProvider.1 is not supported: other ways to authenticate than digest, ip and x509 are not built yet: remove the key, and see that no access list needs it",
      "zoo.cfg:6: ssl.crl is not supported: certificates that were withdrawn are not looked for yet: remove the key, and take those out of the trust store that no longer vouch",
    ],
  ],
  [
    ["server.x=a:1:2"],
    undefined,
    ["zoo.cfg:3: server.x has no number: write server.1, server.2, …"],
  ],
  [
    ["server.1=a:1:2", "server.01=b:1:2"],
    undefined,
    ["zoo.cfg:4: server 1 stands in zoo.cfg:3 too: give every server its own number"],
  ],
  [
    ["server.1=a:1:2", "server.1=b:1:2"],
    undefined,
    ["zoo.cfg:4: server 1 stands in zoo.cfg:3 too: give every server its own number"],
  ],
  [
    ["server.1=a:1", "group.1=1"],
    undefined,
    [
      'zoo.cfg:3: server.1: "a:1" lacks the election port: write host:2888:3888, with :observer behind it for one without a vote',
    ],
  ],
  [
    THREE,
    undefined,
    [
      "/var/zk/myid is missing: write the number of this machine's server line into it, one of 1, 2, 3",
    ],
  ],
  [
    THREE,
    7,
    [
      "/var/zk/myid: this is server 7, but zoo.cfg lists 1, 2, 3: add server.7, or correct the number",
    ],
  ],
  [
    THREE.slice(2),
    1,
    [
      "zoo.cfg: initLimit is missing, which several servers need: write initLimit=10",
      "zoo.cfg: syncLimit is missing, which several servers need: write syncLimit=5",
    ],
  ],
  [
    [...LIMITS, "server.1=a:1:2:observer", "server.2=b:1:2:observer"],
    1,
    ["zoo.cfg: all servers are observers: at least one must be a participant"],
  ],
  [
    [...LIMITS, "server.1=a:1:2", "server.2=b:1:2:observer"],
    1,
    [
      "zoo.cfg:6: server.2 is an observer, and a single voter runs alone, without observers: add voters, or write standaloneEnabled=false",
    ],
  ],
  [
    ["standaloneEnabled=false"],
    1,
    [
      "zoo.cfg: standaloneEnabled=false needs server lines: add server.1=host:2888:3888, or remove the key",
    ],
  ],
  [
    [...THREE.slice(0, 4), "server.3=0.0.0.0:2888:3888"],
    3,
    [
      "zoo.cfg:7: server.3: other servers cannot reach 0.0.0.0: write the name or address of that machine; quorumListenOnAllIPs=true listens on every address",
    ],
  ],
  [
    [...LIMITS, "server.1=a:1:1", "server.2=b:1:2", "server.3=c:1:2"],
    1,
    [
      "zoo.cfg:5: the election port of server.1 is a:1, as is the quorum port of server.1: choose another port",
    ],
  ],
  [
    [...LIMITS, "server.1=localhost:1:2", "server.2=127.0.0.1:3:1", "server.3=LOCALHOST:4:5;3"],
    1,
    [
      "zoo.cfg:6: the election port of server.2 is 127.0.0.1:1, as is the quorum port of server.1: choose another port",
      "zoo.cfg:7: the client port of server.3 is 127.0.0.1:3, as is the quorum port of server.2: choose another port",
    ],
  ],
  [
    [...LIMITS, "server.1=a:2181:2", "server.2=b:2181:2", "server.3=c:1:2"],
    1,
    [
      "zoo.cfg:5: the client port of server.1 is a:2181, as is the quorum port of server.1: choose another port",
    ],
  ],
  [
    [...THREE.slice(0, 4), "server.3=c:2888:3888;2182"],
    3,
    [
      "zoo.cfg:2: clientPort: clients are served on 0.0.0.0:2181 here, but on 0.0.0.0:2182 by server.3 (zoo.cfg:7): make them the same",
    ],
  ],
  [
    [...THREE, "group.1=1:2", "group.2=2", "weight.9=1", "weight.1=x"],
    1,
    [
      "zoo.cfg:10: weight.9: there is no server.9: remove the line",
      'zoo.cfg:11: weight.1: "x" is not a whole number from 0 to 4294967295',
      "zoo.cfg:9: server 2 is in group 1 (zoo.cfg:8) too: keep it in one",
      "zoo.cfg:7: server.3 is in no group: where there are groups or weights, every voter is in one",
    ],
  ],
  [
    [...THREE, "server.4=d:1:2:observer", "group.1=1:2:3:4:x", "group.1=1", "groups=1"],
    1,
    [
      "zoo.cfg:9: group.1: server 4 is an observer, which has no vote: write group.1=1:2:3",
      'zoo.cfg:9: group.1: "x" is not a server\'s number: write group.1=1:2:3',
      "zoo.cfg:10: group 1 stands in zoo.cfg:9 too: write all its servers into one line",
      "zoo.cfg:11: groups has no number: write group.1, group.2, …",
    ],
  ],
  [
    [...THREE, "group.1=1:2:3", "weight.1=0", "weight.2=0", "weight.3=0", "weight.3=1", "weight=1"],
    1,
    [
      "zoo.cfg:12: server 3 has a weight already: keep one of the lines",
      "zoo.cfg:13: weight has no number: write weight.1, weight.2, …",
    ],
  ],
  [
    [...THREE, "group.1=1:2:3", "weight.1=0", "weight.2=0", "weight.3=0"],
    1,
    ["zoo.cfg:8: all weights are 0, so that nobody decides: give at least one server a weight"],
  ],
  [
    [...THREE, "weight.1=2"],
    1,
    [5, 6, 7].map(
      (line) =>
        `zoo.cfg:${line}: server.${line - 4} is in no group: where there are groups or weights, every voter is in one`,
    ),
  ],
];

describe("refused", () => {
  test.each(REFUSED)("%j as server %s", (lines, myid, problems) => {
    const judged = judgeLines(lines, myid);
    expect(judged.problems).toEqual(problems);
    expect(judged.settings).toBe(null);
  });

  test("what every server needs", () => {
    expect(judge({ text: "" }).problems).toEqual([
      "zoo.cfg: dataDir is missing: write dataDir=/var/lib/zookeeper",
    ]);
    expect(judge({ text: "dataDir=/d" }).problems).toEqual([
      "zoo.cfg: clientPort is missing: write clientPort=2181",
    ]);
    expect(judge({ text: "dataDir=/d\nclientPortAddress=::1" }).problems).toEqual([
      "zoo.cfg:2: clientPortAddress needs a clientPort: write clientPort=2181",
    ]);
  });

  test("what stands in the wrong one of two files", () => {
    const { problems } = judge({
      text: "dataDir=/d\ndynamicConfigFile=dynamic.cfg\nserver.1=a:1:2",
      dynamic: "version=100\ntickTime=5\nserver.1=a:1:2;2181",
    });
    expect(problems).toEqual([
      "zoo.cfg:3: server.1 must not stand here, as zoo.cfg:2 names a dynamic configuration file: move it into dynamic.cfg",
      "dynamic.cfg:1: version has no place in a dynamic configuration file: the version is in the file's name: remove the line",
      "dynamic.cfg:2: tickTime has no place in a dynamic configuration file: move it to the main file",
    ]);
  });
});
