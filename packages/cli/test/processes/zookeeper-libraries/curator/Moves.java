import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/**
 * A client that holds all that one can hold, while the server it is at dies again and again:
 *
 *     java Moves.java HOST:PORT,...
 *
 * Says where it is; told "moved", it waits until it is elsewhere and says what it has. Told anything
 * else it lets go. ZooKeeper's Java client takes its watches along, which not every client does.
 */
public class Moves {
  private static final int WITHIN_SECONDS = 25;

  public static void main(String[] args) throws Exception {
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    BlockingQueue<String> states = new LinkedBlockingQueue<>();
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    CuratorFramework holder = connect(args[0]);
    CuratorFramework other = connect(args[0]);
    holder.getConnectionStateListenable().addListener((client, state) -> states.add(state.name()));
    ZooKeeper zooKeeper = holder.getZookeeperClient().getZooKeeper();
    long session = zooKeeper.getSessionId();

    holder.create().withMode(CreateMode.EPHEMERAL).forPath("/moves-held");
    holder.create().forPath("/moves-watched");
    holder.create().creatingParentsIfNeeded().forPath("/moves/value", bytes(0));
    InterProcessMutex lock = new InterProcessMutex(holder, "/moves-lock");
    lock.acquire();
    CountDownLatch taken = new CountDownLatch(1);
    Thread waiting = new Thread(() -> take(other, taken));
    waiting.setDaemon(true);
    waiting.start();
    until("the other waits", () -> holder.getChildren().forPath("/moves-lock").size() == 2);
    CuratorCache cache = CuratorCache.build(holder, "/moves");
    cache.start();
    until("the cache is filled", () -> cached(cache, "/moves/value").equals("0"));

    for (int move = 1; ; move++) {
      // Told of what is done behind the move, each of them once. The cache's own watch tells of neither.
      String made = "/moves-made-" + move;
      zooKeeper.getData("/moves-watched", event -> note(events, event), null);
      zooKeeper.exists(made, event -> note(events, event));
      say(place(zooKeeper));
      if (!commands.readLine().equals("moved")) break;
      until("it is back", () -> states.contains("RECONNECTED"));
      say(String.join(" ", drained(states)));
      String value = Integer.toString(move);
      String child = "/moves/child-" + move;
      other.setData().forPath("/moves/value", bytes(move));
      other.create().forPath(child, bytes(move));
      until("the cache hears of one", () -> cached(cache, "/moves/value").equals(value));
      until("the cache hears of both", () -> cached(cache, child).equals(value));
      // The cache may have read all that anew; this its watch must tell.
      String later = "/moves/later-" + move;
      other.create().forPath(later, bytes(move));
      until("the cache hears of a third", () -> cached(cache, later).equals(value));
      other.setData().forPath("/moves-watched", bytes(move));
      other.create().forPath(made);
      until("both watches tell", () -> events.size() >= 2);
      say("told " + drained(events));
      say("session kept " + (zooKeeper.getSessionId() == session) + ", ephemeral "
          + (holder.checkExists().forPath("/moves-held").getEphemeralOwner() == session) + ", lock "
          + lock.isAcquiredInThisProcess() + ", other waits " + (taken.getCount() == 1));
    }
    lock.release();
    taken.await(WITHIN_SECONDS, TimeUnit.SECONDS);
    say("taken " + (taken.getCount() == 0));
    holder.close();
    other.close();
    System.exit(0);
  }

  private static CuratorFramework connect(String servers) throws Exception {
    CuratorFramework client = CuratorFrameworkFactory.builder()
        .connectString(servers)
        .sessionTimeoutMs(10_000)
        .connectionTimeoutMs(5_000)
        .retryPolicy(new ExponentialBackoffRetry(100, 10, 1_000))
        .build();
    client.start();
    client.blockUntilConnected();
    return client;
  }

  private static void take(CuratorFramework client, CountDownLatch taken) {
    try {
      new InterProcessMutex(client, "/moves-lock").acquire();
      taken.countDown();
    } catch (Exception refused) {
      System.err.println(refused);
    }
  }

  /** Watches are told of the connection's changes as well. */
  private static void note(BlockingQueue<String> events, WatchedEvent event) {
    if (event.getType() != Watcher.Event.EventType.None) events.add(event.getType().name());
  }

  private static String place(ZooKeeper zooKeeper) {
    Matcher at = Pattern.compile("remoteserver:\\S*:(\\d+)").matcher(zooKeeper.toString());
    return at.find() ? "at " + at.group(1) : zooKeeper.toString();
  }

  private static String cached(CuratorCache cache, String path) {
    return cache.get(path).map(node -> new String(node.getData(), StandardCharsets.UTF_8)).orElse("");
  }

  private static byte[] bytes(int number) {
    return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> drained(BlockingQueue<String> queue) {
    List<String> all = new ArrayList<>();
    queue.drainTo(all);
    return all;
  }

  private static void until(String what, Callable<Boolean> ask) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WITHIN_SECONDS);
    while (!ask.call()) {
      if (System.nanoTime() > deadline) throw new IllegalStateException("not in time: " + what);
      Thread.sleep(10);
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
