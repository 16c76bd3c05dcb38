package io.vodis.bench;

import io.netty.buffer.ByteBuf;
import io.vodis.slot.SlotHash;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The slot of a key, beside the JDK's CRC-32 with the object it needs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SlotHashBenchmark {

  @Param({"foo", "key:000000001234", "session:{user-1000}:profile", "k*100"})
  public String key = "";

  private ByteBuf in = Wire.buffer();
  private int length;

  @Setup
  public void prepare() {
    in = Wire.text("xx" + (key.equals("k*100") ? "k".repeat(100) : key));
    length = in.readableBytes() - 2;
  }

  @Benchmark
  public int slotOf() {
    return SlotHash.slotOf(in, 2, length);
  }

  @Benchmark
  public int jdkWithoutTagRule() {
    CRC32 crc = new CRC32();
    crc.update(in.internalNioBuffer(2, length));
    return (int) crc.getValue() & SlotHash.SLOT_COUNT - 1;
  }
}
