package io.vodis.bench;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.ReplyDecoder;
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

/** One operation is one reply of a pipeline of 100, found and skipped. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplyDecoderBenchmark {

  private static final int PIPELINE = 100;

  @Param({"OK", "INTEGER", "BULK64", "ARRAY10"})
  public String reply = "";

  private final ReplyDecoder decoder = new ReplyDecoder(RespLimits.defaults());
  private ByteBuf in = Wire.buffer();

  @Setup
  public void prepare() {
    String bulk = "$64\r\n" + "v".repeat(64) + "\r\n";
    in =
        Wire.text(
            switch (reply) {
              case "OK" -> "+OK\r\n".repeat(PIPELINE);
              case "INTEGER" -> ":123456\r\n".repeat(PIPELINE);
              case "BULK64" -> bulk.repeat(PIPELINE);
              default -> ("*10\r\n" + bulk.repeat(10)).repeat(PIPELINE);
            });
  }

  @Benchmark
  @OperationsPerInvocation(PIPELINE)
  public int decode() {
    int bytes = 0;
    while (decoder.decode(in) == ReplyDecoder.Progress.FRAME) {
      bytes += decoder.frameLength();
      in.skipBytes(decoder.frameLength());
      decoder.reset();
    }
    in.readerIndex(0);
    return bytes;
  }
}
