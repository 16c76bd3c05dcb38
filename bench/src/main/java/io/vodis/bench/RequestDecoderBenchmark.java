package io.vodis.bench;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespLimits;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One operation is one request of a pipeline of 100, found and skipped. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RequestDecoderBenchmark {

  private static final int PIPELINE = 100;

  @Param({"GET", "SET64", "SET200", "MSET10"})
  public String command = "";

  private final RequestDecoder decoder = new RequestDecoder(RespLimits.defaults());
  private final ByteBuf in = Wire.buffer();

  @Setup
  public void prepare() {
    for (int i = 0; i < PIPELINE; i++) {
      String key = "key:%012d".formatted(i);
      switch (command) {
        case "GET" -> Wire.request(in, "GET", key);
        case "SET64" -> Wire.request(in, "SET", key, "v".repeat(64));
        case "SET200" -> Wire.request(in, "SET", key, "v".repeat(200));
        default -> {
          String[] args = new String[21];
          args[0] = "MSET";
          for (int arg = 1; arg < args.length; arg++) {
            args[arg] = key;
          }
          Wire.request(in, args);
        }
      }
    }
  }

  @Benchmark
  @OperationsPerInvocation(PIPELINE)
  public int decode() {
    int keys = 0;
    while (decoder.decode(in) == RequestDecoder.Progress.FRAME) {
      keys += decoder.argLength(1);
      in.skipBytes(decoder.frameLength());
      decoder.reset();
    }
    in.readerIndex(0);
    return keys;
  }
}
