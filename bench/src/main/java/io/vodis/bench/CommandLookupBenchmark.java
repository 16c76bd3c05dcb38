package io.vodis.bench;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.CommandTable;
import io.vodis.proxy.command.KeyLocator;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespLimits;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From the bytes of a request to its specification, and to its keys. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CommandLookupBenchmark {

  @Param({
    "GET key",
    "zrangebyscore key 0 1",
    "GEORADIUSBYMEMBER_RO k m 1 km",
    "NOSUCH key",
    "OBJECT ENCODING key",
    "MSETNX a 1 b 2 c 3",
    "EVAL script 2 a b"
  })
  public String line = "";

  private final CommandTable table = CommandTable.baseline();
  private final RequestDecoder request = new RequestDecoder(RespLimits.defaults());
  private final KeyLocator locator = new KeyLocator(16);
  private final ByteBuf in = Wire.buffer();

  @Setup
  public void prepare() {
    Wire.request(in, line.split(" "));
    request.decode(in);
  }

  @Benchmark
  public @Nullable CommandSpec resolve() {
    return table.resolve(in, request);
  }

  @Benchmark
  public int locate() {
    CommandSpec spec = table.resolve(in, request);
    return spec == null ? 0 : locator.locate(spec, in, request);
  }
}
