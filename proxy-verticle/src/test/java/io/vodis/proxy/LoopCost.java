package io.vodis.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vodis.resp.RespWriter;
import io.vodis.slot.SlotHash;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What a request costs in a data loop alone, without sockets and kernel. Sessions send pipelines of
 * {@code GET} with random keys, two servers answer with values of 64 bytes in reads of 64 KB.
 *
 * <p>{@code LoopCost depth seconds [classPath...]} prints the CPU time per request. With several
 * class paths these builds take turns of about a millisecond, so that their ratio tells small
 * differences even on a machine with other work. To be run with the JVM options of {@code ./vodis}
 * and {@code -Dio.netty.allocator.useCacheForAllThreads=true}, for event loops have such caches.
 */
final class LoopCost implements Runnable {

  private static final int SESSIONS = 25;
  private static final int READ_BYTES = 64 << 10;
  private static final byte[] REPLY =
      ("$64\r\n" + "v".repeat(64) + "\r\n").getBytes(StandardCharsets.US_ASCII);
  private static final int TURN_REQUESTS = 5000;
  private static final int[] PERCENTS = {1, 5, 10, 25, 50};

  private final LoopFixture fixture = new LoopFixture(Configs.listening("127.0.0.1:0", 1));
  private final List<EmbeddedChannel> sessions = new ArrayList<>();
  private final List<EmbeddedChannel> servers = new ArrayList<>();

  /** Pipelines, with the number of requests for each server. */
  private final List<ByteBuf> pipelines = new ArrayList<>();

  private final List<int[]> counts = new ArrayList<>();
  private final ByteBuf replies = PooledByteBufAllocator.DEFAULT.directBuffer();
  private int nextPipeline;

  LoopCost(int depth) {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      ByteBuf pipeline = PooledByteBufAllocator.DEFAULT.directBuffer();
      int[] count = new int[2];
      for (int k = 0; k < depth; k++) {
        String key = "key:%012d".formatted(random.nextInt(100_000));
        count[SlotHash.slotOf(key.getBytes(StandardCharsets.US_ASCII)) / 512]++;
        RespWriter.arrayHeader(pipeline, 2);
        RespWriter.bulk(pipeline, "GET");
        RespWriter.bulk(pipeline, key);
      }
      pipelines.add(pipeline);
      counts.add(count);
    }
    for (int i = 0; i < SESSIONS * depth; i++) {
      replies.writeBytes(REPLY);
    }
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(fixture.session());
    }
    connect();
  }

  private void connect() {
    sessions.getFirst().writeInbound(pipelines.getFirst().copy());
    fixture.iterate();
    // Both are wanted if the pipeline holds keys of both.
    for (int i = 0; counts.get(i)[0] == 0 || counts.get(i)[1] == 0; i++) {
      sessions.getFirst().writeInbound(pipelines.get(i + 1).copy());
      fixture.iterate();
    }
    servers.add(fixture.connect(LoopFixture.LOWER));
    servers.add(fixture.connect(LoopFixture.UPPER));
    servers.forEach(server -> answer(server, drop(server) / requestBytes()));
    sessions.forEach(LoopCost::drop);
  }

  private int requestBytes() {
    int[] count = counts.getFirst();
    return pipelines.getFirst().readableBytes() / (count[0] + count[1]);
  }

  /** One pipeline of each session, and its replies. */
  @Override
  public void run() {
    int[] expected = new int[2];
    for (EmbeddedChannel session : sessions) {
      ByteBuf pipeline = pipelines.get(nextPipeline);
      ByteBuf read = PooledByteBufAllocator.DEFAULT.directBuffer(pipeline.readableBytes());
      session.writeInbound(read.writeBytes(pipeline, 0, pipeline.readableBytes()));
      expected[0] += counts.get(nextPipeline)[0];
      expected[1] += counts.get(nextPipeline)[1];
      nextPipeline = (nextPipeline + 1) % pipelines.size();
    }
    fixture.iterate();
    for (int i = 0; i < 2; i++) {
      if (drop(servers.get(i)) != expected[i] * requestBytes()) {
        throw new IllegalStateException("requests are missing");
      }
    }
    int[] left = {expected[0] * REPLY.length, expected[1] * REPLY.length};
    int[] sent = new int[2];
    while (left[0] + left[1] > 0) {
      for (int i = 0; i < 2; i++) {
        int length = Math.min(READ_BYTES, left[i]);
        if (length > 0) {
          ByteBuf read = PooledByteBufAllocator.DEFAULT.directBuffer(READ_BYTES);
          servers.get(i).writeInbound(read.writeBytes(replies, sent[i], length));
          sent[i] += length;
          left[i] -= length;
        }
      }
      fixture.iterate();
    }
    int bytes = 0;
    for (EmbeddedChannel session : sessions) {
      bytes += drop(session);
    }
    if (bytes != (expected[0] + expected[1]) * REPLY.length) {
      throw new IllegalStateException("replies are missing");
    }
  }

  private void answer(EmbeddedChannel server, int count) {
    server.writeInbound(replies.copy(0, count * REPLY.length));
    fixture.iterate();
  }

  private static int drop(EmbeddedChannel channel) {
    int bytes = 0;
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      bytes += out.readableBytes();
      out.release();
    }
    return bytes;
  }

  /** The same in another build. */
  private static Runnable in(String classPath, int depth) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      urls.add(new File(entry).toURI().toURL());
    }
    // Not closed: it lives as long as the process.
    ClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    Constructor<?> constructor =
        loader.loadClass(LoopCost.class.getName()).getDeclaredConstructor(int.class);
    constructor.setAccessible(true);
    return (Runnable) constructor.newInstance(depth);
  }

  public static void main(String[] args) throws Exception {
    int depth = Integer.parseInt(args[0]);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.parseInt(args[1]));
    List<Runnable> builds = new ArrayList<>();
    List<double[]> figures = new ArrayList<>();
    for (String classPath : Arrays.copyOfRange(args, 2, args.length)) {
      builds.add(in(classPath, depth));
    }
    if (builds.isEmpty()) {
      builds.add(new LoopCost(depth));
    }
    builds.forEach(build -> figures.add(new double[0]));
    int rounds = Math.max(1, TURN_REQUESTS / (depth * SESSIONS));
    for (int turn = 0; System.nanoTime() < end; turn++) {
      for (int i = 0; i < builds.size(); i++) {
        if (turn == figures.get(i).length) {
          figures.set(i, Arrays.copyOf(figures.get(i), 1000 + turn * 2));
        }
        figures.get(i)[turn] = turn(builds.get(i), rounds) / ((double) rounds * depth * SESSIONS);
      }
    }
    figures.forEach(LoopCost::print);
    System.exit(0);
  }

  /** CPU time of that many rounds. */
  private static long turn(Runnable build, int rounds) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < rounds; i++) {
      build.run();
    }
    return threads.getCurrentThreadCpuTime() - start;
  }

  /** Only of the last third: by then all is compiled, and what lives long is old. */
  private static void print(double[] figures) {
    int count = figures.length;
    while (count > 0 && figures[count - 1] == 0) {
      count--;
    }
    double[] warm = Arrays.copyOfRange(figures, count * 2 / 3, count);
    Arrays.sort(warm);
    StringBuilder line = new StringBuilder("ns/request");
    for (int percent : PERCENTS) {
      line.append("  %d%%: %.1f".formatted(percent, warm[warm.length * percent / 100]));
    }
    System.out.println(line);
  }
}
